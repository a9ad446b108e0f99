/**
 * Fuzzing, guided by coverage (native/fuzz, libFuzzer) for the Rust side, by mutation for the TypeScript side of the codec. Begins
 * with the kept corpora; what is found new stays in a cache folder, for the next time.
 * The targets run side by side.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cache, must, root, run, targetDir } from './tools.mjs';

const TARGETS = [
  ['codec', 4096],
  ['source', 512],
  ['messages', 512],
];
const TRIPLE = 'x86_64-unknown-linux-gnu';
const COVERAGE = [
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
  '-Ccodegen-units=16',
  '--cfg fuzzing',
].join(' ');

export default async function fuzz(budget, check) {
  const folder = join(root, 'native/fuzz');
  const CARGO_TARGET_DIR = targetDir('fuzz');
  const env = { RUSTFLAGS: COVERAGE, CARGO_TARGET_DIR };
  await must('cargo', ['build', '--locked', '--release', '--target', TRIPLE], { cwd: folder, env });
  const programs = join(CARGO_TARGET_DIR, TRIPLE, 'release');
  const rust = TARGETS.map(([target, maxLength]) => guided(programs, target, maxLength, budget, check));
  await Promise.all([...rust, mutated(budget, check)]);
}

/** libFuzzer on one target, from what the corpus folder and the cache hold. */
async function guided(programs, target, maxLength, budget, check) {
  const corpus = join(cache, 'corpus', target);
  mkdirSync(corpus, { recursive: true });
  cpSync(join(root, 'native/fuzz/corpus', target), corpus, { recursive: true });
  const { code, signal, stderr } = await run(join(programs, target), [
    `-runs=${budget}`,
    `-max_len=${maxLength}`,
    '-seed=1',
    '-timeout=300',
    '-rss_limit_mb=4096',
    `-artifact_prefix=${corpus}-crash-`,
    corpus,
  ]);
  const figures = stderr.match(/#\d+\s+DONE .*$/m)?.[0] ?? `${signal ?? code} ${stderr.slice(-3000)}`;
  check(`fuzz ${target}`, code === 0, figures);
}

/** The TypeScript side of the codec. */
async function mutated(budget, check) {
  const program = join(root, 'scripts/long/codec-fuzz.mjs');
  const { code, stdout, stderr } = await run(process.execPath, [program, String(budget)]);
  check('fuzz the codec in TypeScript', code === 0, stdout || stderr);
}
