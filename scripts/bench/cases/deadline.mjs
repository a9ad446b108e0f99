/**
 * By how much a script outlives its `timeoutMs`: in a loop, in natives that take long, and waiting for its host. Beside it a bare
 * thread that computes for as long: what the machine alone takes too long at that moment. The ways take turns.
 */
import { BareThread } from '../lib/bare-thread.mjs';
import { summary } from '../lib/stats.mjs';

const timeoutMs = 20;
const rounds = 200;
const situations = {
  'in a loop': 'loop {}',
  'in short natives': 'let text = "ab"; for i in 0..20 { text += text; } loop { text.contains("ac") }',
  'in one long native': 'let text = ""; text.pad(4000000, "ab"); loop {}',
  waiting: 'forever()',
};

export const title = `deadline overshoot at ${timeoutMs} ms`;
export const unit = 'ms';
export const goal = { atMost: 5, of: 'p99' };

export async function run(contestants) {
  const thread = new BareThread();
  const ways = contestants.flatMap(({ name, api }) => (api.start ? waysOf(name, api) : []));
  ways.push({ who: 'bare thread', way: '', end: () => thread.computeFor(timeoutMs) });
  const samples = ways.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [at, { end }] of ways.entries()) samples[at].push(await overshoot(end));
  await thread.close();
  return ways.map(({ who, way }, at) => ({ who, way, ...summary(samples[at]) }));
}

function waysOf(who, api) {
  const ways = who === 'isolated-vm' ? ['in a loop'] : Object.keys(situations);
  return ways.map((way) => ({ who, way, end: () => timedOut(api, situations[way]) }));
}

async function timedOut(api, script) {
  const ended = await api.start(script, { timeoutMs }).then(
    () => 'done',
    () => 'failed',
  );
  if (ended !== 'failed') throw new Error(`the time limit did not end: ${script}`);
}

async function overshoot(end) {
  const begin = performance.now();
  await end();
  return performance.now() - begin - timeoutMs;
}
