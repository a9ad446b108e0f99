// node test/hostile/main.mjs [--all] [--only 27,28] [--backend wasm] [--json] [--lenient]: hostile inputs against the built
// package, in child processes.
// Without --all a sample of each kind. Exit code 1 when a promise was broken.
import { CASES, NODE_BYTES, runAll, sample } from './runner.mjs';

const args = process.argv.slice(2);
const only = args.includes('--only') ? args[args.indexOf('--only') + 1].split(',').map(Number) : undefined;
const all = args.includes('--all') || only !== undefined;
const wanted = (all ? CASES : sample(6, true)).filter((entry) => !only || only.includes(entry.number));
const json = args.includes('--json');
const backend = args.includes('--backend') ? args[args.indexOf('--backend') + 1] : 'native';

const verdicts = await runAll(wanted, {
  lenient: args.includes('--lenient'),
  backend,
  onResult: ({ number, name, result, broken }) => {
    if (broken && !json)
      console.log(`BROKEN ${number} ${name}\n       ${broken} after ${result.ms?.toFixed(0)} ms`);
  },
});
const bad = verdicts.filter((verdict) => verdict.broken);
if (json) {
  const shown = verdicts.map(({ number, name, result, broken }) => ({
    number,
    name,
    broken,
    outcome: result.outcome,
    ms: result.ms,
  }));
  process.stdout.write(JSON.stringify(shown));
} else {
  const bombs = verdicts.filter((verdict) => verdict.cap && verdict.result.grown !== undefined);
  const peaks = bombs.map((verdict) => (verdict.result.grown - NODE_BYTES) / verdict.cap);
  const slowest = verdicts
    .filter((v) => v.result.ms !== undefined)
    .sort((a, b) => b.result.ms - a.result.ms)
    .slice(0, 8);
  for (const { number, name, result } of slowest)
    console.log(
      `slow   ${number} ${name}: ${result.ms.toFixed(0)} ms, ${result.outcome} ${result.limit ?? ''}`,
    );
  if (bombs.length > 0)
    console.log(
      `${bombs.length} memory bombs: highest peak ${Math.max(...peaks).toFixed(2)} × the cap (beyond ${NODE_BYTES / 1048576} MB of node's own)`,
    );
  console.log(`${verdicts.length} hostile inputs of ${CASES.length}: ${bad.length} broken promises`);
}
process.exitCode = bad.length > 0 || verdicts.length !== wanted.length ? 1 : 0;
