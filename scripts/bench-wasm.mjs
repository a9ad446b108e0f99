/**
 * npm run bench:wasm: the machine beside rhai's own evaluator, both in one WebAssembly module and measured in turn, and the machine natively.
 * That module is compiled as the package's, which is small before it is fast; so rhai's evaluator is measured in a second one too, where
 * everything is compiled for speed.
 *   --repeat N   samples per program (5)   --lab FILE, --fast FILE, --native FILE   use these instead of building them
 *   --only NAME,…   these programs alone
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildExample, targetDir } from './wasm/module.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const programs = join(root, 'native/vm/programs');
const option = (name, fallback) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : process.argv[at + 1];
};
const repeat = Number(option('--repeat', '5'));

function buildNative() {
  const args = ['build', '--quiet', '--release', '-p', 'rhai-bridge-vm', '--example', 'bench_machine'];
  execFileSync('cargo', args, { cwd: join(root, 'native'), stdio: 'inherit' });
  return join(targetDir(), 'release/examples/bench_machine');
}

const lab = option('--lab') ?? buildExample('lab');
const native = option('--native') ?? buildNative();
const fast = option('--fast') ?? buildExample('lab', 'release');
const [small, quick] = await Promise.all([lab, fast].map((file) => WebAssembly.compile(readFileSync(file))));

const median = (samples) => [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)];
const mean = (ratios) => Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);

function answer(exports, run) {
  const started = performance.now();
  const bytes = exports[run]();
  const ms = performance.now() - started;
  const text = new TextDecoder().decode(new Uint8Array(exports.memory.buffer, exports.lab_answer(), bytes));
  return { ms, text };
}

/** The exports of a new instance that has the program. */
function prepared(module, text) {
  const { exports } = new WebAssembly.Instance(module, { rhai_bridge: { now_ms: () => performance.now() } });
  const at = exports.lab_text(text.length);
  new Uint8Array(exports.memory.buffer, at, text.length).set(text);
  exports.lab_prepare();
  return exports;
}

/** Samples of all sides, the first round left out: V8 compiles in it. */
function measure(name) {
  const text = new TextEncoder().encode(readFileSync(join(programs, `${name}.rhai`), 'utf8'));
  const [ours, theirs] = [prepared(small, text), prepared(quick, text)];
  const sides = { machine: [ours, 'lab_machine'], rhai: [ours, 'lab_rhai'], fastRhai: [theirs, 'lab_rhai'] };
  const samples = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
  for (let round = 0; round <= repeat; round++) {
    const texts = Object.entries(sides).map(([side, [exports, run]]) => {
      const { ms, text: value } = answer(exports, run);
      if (round > 0) samples[side].push(ms);
      return value;
    });
    if (new Set(texts).size > 1) throw new Error(`${name}: not the same: ${texts.join(', ')}`);
  }
  return Object.fromEntries(Object.entries(samples).map(([side, all]) => [side, median(all)]));
}

function nativeMs(name) {
  const out = execFileSync(native, ['--json', '--only', name, '--repeat', String(repeat)], {
    encoding: 'utf8',
  });
  return median(JSON.parse(out.split('\n')[0]).machine);
}

const only = option('--only')?.split(',');
const names = readdirSync(programs)
  .filter((file) => file.endsWith('.rhai'))
  .map((file) => file.slice(0, -5))
  .filter((name) => only === undefined || only.includes(name));
const rows = names.map((name) => ({ name, ...measure(name), native: nativeMs(name) }));
const columns = {
  'machine, ms': ({ machine }) => machine,
  'rhai, ms': ({ rhai }) => rhai,
  'rhai for speed, ms': ({ fastRhai }) => fastRhai,
  'x rhai': ({ rhai, machine }) => rhai / machine,
  'x rhai for speed': ({ fastRhai, machine }) => fastRhai / machine,
  'x native time': ({ machine, native }) => machine / native,
};
console.log(['program'.padEnd(17), ...Object.keys(columns)].join('  '));
for (const row of rows) {
  const cells = Object.entries(columns).map(([title, of]) => of(row).toFixed(2).padStart(title.length));
  console.log([row.name.padEnd(17), ...cells].join('  '));
}
const over = (of) => mean(rows.map(of)).toFixed(2);
console.log(`
geometric means over ${rows.length} programs, all in WASM:
  ${over(columns['x rhai'])} x as fast as rhai's evaluator compiled like it;
  ${over(columns['x rhai for speed'])} x as fast as rhai's evaluator compiled for speed; the goal is 5;
  ${over(columns['x native time'])} times the time that it takes natively`);
