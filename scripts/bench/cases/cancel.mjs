/**
 * From `run.cancel()` to the rejection: of a script in a tight loop, and of one that waits for its host. The engine lives on. Beside
 * the loop a bare thread that computes until it is told to stop: what the machine alone takes. The ways take turns.
 */
import { setTimeout as settle } from 'node:timers/promises';
import { BareThread } from '../lib/bare-thread.mjs';
import { OURS } from '../lib/judge.mjs';
import { summary } from '../lib/stats.mjs';

const rounds = 300;
const warmUps = 50;

const part = (where, script, goal) => ({
  title: `cancel latency ${where}`,
  unit: 'ms',
  goal: { atMost: goal, of: 'p99' },
  async run(contestants) {
    const ours = contestants.find(({ name }) => name === OURS);
    if (!ours) return [];
    const thread = new BareThread();
    const [run, bare] = [[], []];
    for (let round = -warmUps; round < rounds; round++) {
      run.push(await latency(() => ours.api.start(script)));
      if ((await ours.api.tinyEval()) !== 42) throw new Error('the engine did not live on');
      if (where === 'in a loop') bare.push(await latency(() => cancellable(thread)));
    }
    await thread.close();
    const row = (who, samples) => ({ who, way: '', ...summary(samples.slice(warmUps)) });
    return bare.length ? [row(OURS, run), row('bare thread', bare)] : [row(OURS, run)];
  },
});

export const parts = [part('in a loop', 'loop {}', 2), part('while waiting', 'forever()', 0.5)];

const cancellable = (thread) => Object.assign(thread.compute(), { cancel: () => thread.cancel() });

async function latency(start) {
  const running = start();
  await settle(2);
  const begin = performance.now();
  running.cancel();
  await running.catch(() => {});
  return performance.now() - begin;
}
