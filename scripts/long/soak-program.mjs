// Rounds of chaos on fresh engines until `checks` settlements were looked at: `soak-program.mjs seed checks [patience]`. A check is a
// run that settled, once, as it may, or a host call whose answer came back to the very script that asked. Prints sums as JSON; fails
// when anything was wrong, also what is left over after so many turns of patience.
import { Worker } from 'node:worker_threads';
import { afterSeconds, census, isNothing, leftOver, random } from '../../test/lifecycle/programs/census.mjs';
import { KINDS, makeEngine } from '../../test/lifecycle/programs/modes.mjs';

const [seed, wanted, patience] = process.argv.slice(2).map(Number);
const pick = random(seed);
const sums = { checks: 0, runs: 0, calls: 0, engines: 0, workers: 0, wrong: [] };
const HUNG_SECONDS = 120;
const ENDS = new Set(['RhaiCancelledError', 'RhaiDisposedError', 'RhaiTimeoutError', 'RhaiHostError']);

/** A script that asks `calls` times and adds up what it is told; each answer is its question plus one. */
const script = (calls) => `let sum = 0; for i in 0..${calls} { sum += ask(i) - i; } sum`;
const SCRIPTS = [1, 2, 5, 20, 100].map((calls) => [calls, script(calls)]);

function answer(x) {
  sums.calls++;
  switch (pick(6)) {
    case 0:
      return x + 1;
    case 1:
      return new Promise((resolve) => setImmediate(resolve, x + 1));
    case 2:
      return new Promise((resolve) => setTimeout(resolve, pick(3), x + 1));
    default:
      return Promise.resolve(x + 1);
  }
}

/** Counts how often a promise calls back. */
function settled(run, expected) {
  let times = 0;
  const look = (isRight) => {
    times++;
    sums.checks++;
    if (times > 1 || !isRight)
      sums.wrong.push(`${run.id}: settled ${times} times, ${isRight ? 'right' : 'wrong'}`);
  };
  return run.then(
    (value) => {
      sums.checks += expected;
      look(value === expected);
    },
    (error) => look(ENDS.has(error.name)),
  );
}

async function round() {
  const engine = makeEngine(KINDS[pick(KINDS.length)]).registerFunction('ask', answer);
  engine.registerFunction('fail', () => Promise.reject(new Error('meant')));
  sums.engines++;
  const ends = [];
  const dies = pick(8) === 0;
  for (let i = 0, count = 20 + pick(200); i < count; i++) {
    const [calls, text] = SCRIPTS[pick(SCRIPTS.length)];
    const options = pick(10) === 0 ? { timeoutMs: 1 + pick(5) } : undefined;
    const run = engine.evalAsync(pick(20) === 0 ? 'ask(1); fail()' : text, options);
    sums.runs++;
    ends.push(settled(run, calls));
    if (pick(6) === 0) setTimeout(() => run.cancel(), pick(4));
    else if (pick(12) === 0) run.cancel();
    if (pick(16) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  if (dies) setTimeout(() => engine.dispose(), pick(5));
  await orHung(Promise.all(ends));
  if (!dies) {
    const { runs, requests } = engine.stats();
    if (
      runs.live !== 0 ||
      requests.inFlight !== 0 ||
      runs.started !== runs.done + runs.failed + runs.cancelled
    )
      sums.wrong.push(`counters: ${JSON.stringify({ runs, requests })}`);
  }
  engine.dispose();
}

/** Waits for `ends`, but not for ever. */
async function orHung(ends) {
  let off;
  const hung = new Promise((_, reject) => {
    off = afterSeconds(HUNG_SECONDS, () => reject(new Error('a run never settled')));
  });
  await Promise.race([ends, hung]);
  off();
}

async function terminateOne() {
  const mode = ['looping', 'waiting', 'compiling', 'starting', 'replying'][pick(5)];
  const program = new URL('../../test/lifecycle/programs/worker.mjs', import.meta.url);
  const worker = new Worker(program, { workerData: { mode, kind: pick(4) } });
  sums.workers++;
  await new Promise((resolve) =>
    worker.on('message', (text) => text === 'running' && resolve()).once('exit', resolve),
  );
  await worker.terminate();
}

await round();
await terminateOne();
const before = census();
for (let i = 0; sums.checks < wanted && sums.wrong.length === 0; i++) {
  if (i % 200 === 199) await terminateOne();
  await round();
}
const left = await leftOver({ ...before, bufferBytes: before.bufferBytes + (1 << 20) }, patience);
if (!isNothing(left)) sums.wrong.push(`left over: ${JSON.stringify(left)}`);
console.log(JSON.stringify(sums));
process.exitCode = sums.wrong.length === 0 ? 0 : 1;
