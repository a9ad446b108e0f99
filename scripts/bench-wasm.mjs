/**
 * npm run bench:wasm: the machine beside rhai's own evaluator, both in one WebAssembly module and measured in turn, and the machine natively.
 *   --repeat N   samples per program (5)   --lab FILE, --native FILE   use these instead of building them
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
const module = await WebAssembly.compile(readFileSync(lab));

const median = (samples) => [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)];
const mean = (ratios) => Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);

function answer(exports, run) {
  const started = performance.now();
  const bytes = exports[run]();
  const ms = performance.now() - started;
  const text = new TextDecoder().decode(new Uint8Array(exports.memory.buffer, exports.lab_answer(), bytes));
  return { ms, text };
}

/** Samples of both sides, the first round left out: V8 compiles in it. */
function measure(name) {
  const { exports } = new WebAssembly.Instance(module, { rhai_bridge: { now_ms: () => performance.now() } });
  const text = new TextEncoder().encode(readFileSync(join(programs, `${name}.rhai`), 'utf8'));
  const at = exports.lab_text(text.length);
  new Uint8Array(exports.memory.buffer, at, text.length).set(text);
  exports.lab_prepare();
  const [machine, rhai] = [[], []];
  for (let round = 0; round <= repeat; round++) {
    const [ours, theirs] = [answer(exports, 'lab_machine'), answer(exports, 'lab_rhai')];
    if (ours.text !== theirs.text) throw new Error(`${name}: ${ours.text} is not ${theirs.text}`);
    if (round === 0) continue;
    machine.push(ours.ms);
    rhai.push(theirs.ms);
  }
  return { machine: median(machine), rhai: median(rhai) };
}

function nativeMs(name) {
  const out = execFileSync(native, ['--json', '--only', name, '--repeat', String(repeat)], {
    encoding: 'utf8',
  });
  return median(JSON.parse(out.split('\n')[0]).machine);
}

const names = readdirSync(programs)
  .filter((file) => file.endsWith('.rhai'))
  .map((file) => file.slice(0, -5));
const rows = names.map((name) => ({ name, ...measure(name), native: nativeMs(name) }));
console.log('program            machine in WASM   rhai in WASM   x rhai   x native time');
for (const { name, machine, rhai, native: ms } of rows) {
  const cells = [machine.toFixed(2), rhai.toFixed(2), (rhai / machine).toFixed(2), (machine / ms).toFixed(2)];
  console.log(name.padEnd(19) + cells.map((cell, at) => cell.padStart([15, 15, 9, 16][at])).join(''));
}
const fast = mean(rows.map((row) => row.rhai / row.machine));
const slow = mean(rows.map((row) => row.machine / row.native));
console.log(
  `geometric mean over ${rows.length} programs: ${fast.toFixed(2)} x as fast as rhai's evaluator in WASM, goal 5;`,
);
console.log(`it takes ${slow.toFixed(2)} times as long as natively`);
