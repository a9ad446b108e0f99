/**
 * npm run test:long -- [part[=budget]]…: the proof that takes hours, part by part. Each part prints its figures; the last line is
 * `N passed, N failed`. Without parts: all of them, in order. A budget is the number that the part's line of `--help` names;
 * RHAI_BRIDGE_NODES=24,26 picks Node versions.
 * Long runs are not timed tests: a machine that is stopped for a while only makes them longer.
 */
import { PARTS } from './parts.mjs';

const wanted = process.argv.slice(2).map((text) => text.split('='));
if (wanted[0]?.[0] === '--help') {
  for (const { name, budget, unit, what } of PARTS) console.log(`${name}=${budget}  ${unit}: ${what}`);
  process.exit(0);
}
for (const [name] of wanted)
  if (!PARTS.some((part) => part.name === name))
    throw new RangeError(`no part '${name}'; there are ${PARTS.map((part) => part.name).join(', ')}`);

const sum = { passed: 0, failed: 0 };
for (const part of PARTS) {
  const chosen = wanted.find(([name]) => name === part.name);
  if (wanted.length > 0 && chosen === undefined) continue;
  await run(part, chosen?.[1] === undefined ? part.budget : Number(chosen[1]));
}
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 ? 1 : 0;

/** A part reports each of its laws by `check(law, holds, figures)`; one that throws has failed once. */
async function run(part, budget) {
  const begin = performance.now();
  console.log(`== ${part.name} (${budget} ${part.unit})`);
  const check = (law, holds, figures = '') => {
    sum[holds ? 'passed' : 'failed']++;
    console.log(`${holds ? 'ok  ' : 'FAIL'} ${law}${figures === '' ? '' : `  ${figures}`}`);
  };
  try {
    const { default: work } = await part.load();
    await work(budget, check);
  } catch (error) {
    check(`${part.name} runs to its end`, false, error.stack);
  }
  console.log(`   ${((performance.now() - begin) / 1000).toFixed(0)} s`);
}
