/**
 * npm run bench [case …] [--only contestant,…] [--markdown]
 * Measures rhai-bridge beside its peers, in one run; prints a table per case and writes last.json (not kept in the repository).
 * All contestants of a case are in one process, and each case has its own.
 * A case is a file of cases/, a contestant one of contestants/. The method is in lib/compare.mjs.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync, writeSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { closeContestants, openContestants } from './lib/contestants.mjs';
import { judge } from './lib/judge.mjs';
import { markdown } from './lib/markdown.mjs';
import { installPeers } from './lib/peers.mjs';
import { figure, print } from './lib/table.mjs';

/** In the order of the tables. */
const ORDER = [
  'async-call',
  'never-assisted',
  'sync-call',
  'many-scripts',
  'tiny-eval',
  'tiny-eval-many',
  'tiny-eval-sync',
  'payload',
  'waiting-1000',
  'waiting-10000',
  'waiting-100000',
  'waiting-memory',
  'fib',
  'idle',
  'cold-start',
  'cancel',
  'deadline',
  'loop-delay',
  'wasm',
];

/** isolated-vm needs --no-node-snapshot from Node 20 on. */
const FLAGS = ['--no-node-snapshot', '--expose-gc'];
const REPORT = 3; // the descriptor that a case's process writes its results to

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, markdown: { type: 'boolean' }, alone: { type: 'string' } },
});
if (values.alone === undefined) main();
else await alone(values.alone);

function main() {
  installPeers();
  console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0].model}`);
  const report = chosen(positionals).flatMap(inItsProcess);
  writeFileSync(
    new URL('last.json', import.meta.url),
    `${JSON.stringify({ node: process.version, cpu: cpus()[0].model, cases: report }, null, 1)}\n`,
  );
  summarise(report);
  if (values.markdown) console.log(`\n${markdown(report).join('\n')}`);
}

/** A case has a process to itself: what a contestant leaves there (heaps, garbage, threads) is no part of the next case. */
function inItsProcess(name) {
  const only = values.only === undefined ? [] : ['--only', values.only];
  const args = [...FLAGS, fileURLToPath(import.meta.url), '--alone', name, ...only];
  const stdio = ['inherit', 'inherit', 'inherit', 'pipe'];
  const { status, output } = spawnSync(process.execPath, args, { stdio, maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`the case '${name}' failed`);
  return JSON.parse(output[REPORT].toString());
}

async function alone(name) {
  const contestants = await openContestants(values.only?.split(','));
  const results = await measure(name, contestants);
  await closeContestants(contestants);
  writeSync(REPORT, JSON.stringify(results));
  process.exit(0);
}

/** A case is one table, or several `parts` with a table each. */
async function measure(name, contestants) {
  const file = await import(`./cases/${name}.mjs`);
  const results = [];
  for (const part of file.parts ?? [file]) {
    globalThis.gc?.();
    const rows = await part.run(contestants);
    const verdicts = judge(rows, part);
    if (rows.length) print(part, rows, verdicts);
    results.push({ name, title: part.title, unit: part.unit, rows, verdicts });
  }
  return results;
}

function summarise(report) {
  const verdicts = report.flatMap(({ title, verdicts: all }) =>
    all.map((verdict) => ({ title, ...verdict })),
  );
  const missed = verdicts.filter(({ ok }) => !ok);
  console.log(
    `\n${verdicts.length - missed.length} of ${verdicts.length} limits and goals held${missed.length ? '; missed:' : ''}`,
  );
  for (const { label, title, text, value } of missed)
    console.log(`  ${label} of '${title}': ${text}, was ${figure(value)}`);
}

function chosen(names) {
  const known = readdirSync(new URL('cases', import.meta.url)).map((file) => file.replace('.mjs', ''));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length)
    throw new RangeError(`no such case: ${unknown.join(', ')}; there are ${ORDER.join(', ')}`);
  return names.length ? names : ORDER;
}
