// The machine's benches: every program of native/vm/programs on the machine, on rhai's own evaluator, on CPython and
// on `node --jitless`, in one run. CPython and node time themselves in their own processes (startup excluded); the machine
// and rhai's evaluator take turns in one process, and their ratio is the median over the turns. Runs with every limit on
// are in a second process, which has the product's allocator and clock: there the fastest run counts, on both sides.
//
// node scripts/bench-machine.mjs [--repeat N] [--only NAME]

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const programs = path.join(root, 'native', 'vm', 'programs');
const option = (name, fallback) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : process.argv[at + 1];
};
const repeat = Number(option('--repeat', '7'));
const only = option('--only', '');

const PYTHON = `
import sys, time, json
space = {}
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"), space)
samples = []
for _ in range(int(sys.argv[2]) + 1):
    start = time.perf_counter(); value = space["main"](); samples.append((time.perf_counter() - start) * 1e3)
print(json.dumps({"value": str(value), "samples": samples[1:]}))
`;
const NODE = `
import { readFileSync } from "node:fs";
const [file, repeat] = process.argv.slice(-2);
const { main } = await import("data:text/javascript," + encodeURIComponent(readFileSync(file, "utf8")));
const samples = []; let value;
for (let round = 0; round <= Number(repeat); round++) {
  const start = performance.now(); value = main(); samples.push(performance.now() - start);
}
console.log(JSON.stringify({ value: String(value), samples: samples.slice(1) }));
`;

const run = (command, args, stderr = 'inherit') =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', stderr] });
const median = (samples) => [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)];
const spread = (samples) =>
  Math.round(((Math.max(...samples) - Math.min(...samples)) / median(samples)) * 100);
const geometricMean = (ratios) =>
  Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);

/** Median of the ratios of samples that were taken in turn. */
const ratio = (over, under) => median(over.map((sample, at) => sample / under[at]));

function buildBenches() {
  const manifest = path.join(root, 'native', 'Cargo.toml');
  run('cargo', [
    'build',
    '--quiet',
    '--release',
    '--manifest-path',
    manifest,
    '-p',
    'rhai-bridge-vm',
    '--examples',
  ]);
  const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'native', 'target');
  const folder = path.join(target, 'release', 'examples');
  return { plain: path.join(folder, 'bench_machine'), counted: path.join(folder, 'bench_counted') };
}

const bench = (binary, name) =>
  JSON.parse(run(binary, ['--json', '--only', name, '--repeat', String(repeat)]));

function peer(command, args) {
  try {
    return JSON.parse(run(command, args, 'ignore')).samples;
  } catch {
    return undefined; // not installed, or too old for the program
  }
}

function measure(benches, name) {
  const { machine, rhai, natives } = bench(benches.plain, name);
  const { limited } = bench(benches.counted, name);
  const python = peer('python3', ['-c', PYTHON, path.join(programs, `${name}.py`), String(repeat)]);
  const node = peer(process.execPath, [
    '--jitless',
    '--input-type=module',
    '-e',
    NODE,
    path.join(programs, `${name}.js`),
    String(repeat),
  ]);
  return { name, machine, limited, rhai, natives, python, node };
}

const ofMedians = (over, under) => median(over) / median(under);
const limits = (row) => Math.min(...row.limited) / Math.min(...row.machine);

function cell(samples) {
  if (!samples) return '-'.padStart(16);
  return `${median(samples).toFixed(2)} ±${spread(samples)}%`.padStart(16);
}

function line(row) {
  const times = (samples, many) => (samples ? many(samples, row.machine).toFixed(2) : '-').padStart(8);
  const columns = [row.machine, row.rhai, row.python, row.node].map(cell).join('');
  const share = `${Math.round(100 * ratio(row.natives, row.rhai))}%`.padStart(9);
  const ratios = times(row.rhai, ratio) + times(row.python, ofMedians) + times(row.node, ofMedians);
  return row.name.padEnd(17) + columns + share + ratios + limits(row).toFixed(2).padStart(8);
}

function printMeans(rows) {
  for (const [title, key, many] of [
    ["rhai's evaluator", 'rhai', ratio],
    ['CPython', 'python', ofMedians],
    ['node --jitless', 'node', ofMedians],
  ]) {
    const ratios = rows.filter((row) => row[key]).map((row) => many(row[key], row.machine));
    if (ratios.length > 0)
      console.log(
        `geometric mean: the machine is ${geometricMean(ratios).toFixed(2)} x as fast as ${title} (${ratios.length} programs, lowest ${Math.min(...ratios).toFixed(2)})`,
      );
  }
}

function printLimits(rows) {
  const costs = rows.map(limits);
  console.log(
    `every limit on, memory counted: ${geometricMean(costs).toFixed(3)} x the time (geometric mean, highest ${Math.max(...costs).toFixed(2)})`,
  );
}

const names = readdirSync(programs)
  .filter((file) => file.endsWith('.rhai'))
  .map((file) => file.slice(0, -5))
  .filter((name) => !only || name === only);
for (const name of names) readFileSync(path.join(programs, `${name}.js`)); // every program has its equivalents
const benches = buildBenches();
console.log(
  `median ms and spread (slowest - fastest) of ${repeat} runs; natives = share of rhai's time that the same natives take in Rust alone;\n` +
    `x = how many times as long the others take; limits = how many times as long it takes with every limit on`,
);
console.log(
  'program'.padEnd(17) +
    ['machine', 'rhai', 'CPython', 'node --jitless'].map((title) => title.padStart(16)).join('') +
    'natives'.padStart(9) +
    ['x rhai', 'x py', 'x node', 'limits'].map((title) => title.padStart(8)).join(''),
);
const rows = [];
for (const name of names) {
  rows.push(measure(benches, name));
  console.log(line(rows.at(-1)));
}
printMeans(rows);
printLimits(rows);
if (!only)
  console.log(
    run(benches.plain, ['--only', 'none-of-them', '--repeat', String(repeat)])
      .split('\n')
      .slice(2)
      .join('\n')
      .trim(),
  );
