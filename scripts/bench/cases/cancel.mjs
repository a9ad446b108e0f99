/** From `run.cancel()` to the rejection: of a script in a tight loop, and of one that waits for its host. The engine lives on. */
import { setTimeout as settle } from 'node:timers/promises';
import { OURS } from '../lib/judge.mjs';
import { summary } from '../lib/stats.mjs';

const rounds = 200;
const warmUps = 50;

const part = (where, script, goal) => ({
  title: `cancel latency ${where} (max column: worst of ${rounds})`,
  unit: 'ms',
  goal: { atMost: goal, of: 'p99' },
  async run(contestants) {
    const ours = contestants.find(({ name }) => name === OURS);
    if (!ours) return [];
    return [{ who: OURS, way: '', ...summary(await latencies(ours.api, script)) }];
  },
});

export const parts = [part('in a loop', 'loop {}', 2), part('while waiting', 'forever()', 0.5)];

async function latencies(api, script) {
  const samples = [];
  for (let round = -warmUps; round < rounds; round++) {
    const running = api.start(script);
    await settle(2);
    const begin = performance.now();
    running.cancel();
    await running.catch(() => {});
    if (round >= 0) samples.push(performance.now() - begin);
    if ((await api.tinyEval()) !== 42) throw new Error('the engine did not live on');
  }
  return samples;
}
