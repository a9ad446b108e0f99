/** From `run.cancel()` to the rejection: of a script in a tight loop, and of one that waits for its host. */
import { setTimeout as settle } from 'node:timers/promises';
import { OURS } from '../lib/judge.mjs';
import { summary } from '../lib/stats.mjs';

const rounds = 200;
const situations = { 'in a loop': 'loop {}', waiting: 'forever()' };

export const title = 'cancel latency (max column: worst of 200)';
export const unit = 'ms';
export const goal = { atMost: 2, of: 'p99' };

export async function run(contestants) {
  const rows = [];
  for (const { name, api } of contestants.filter((contestant) => contestant.name === OURS)) {
    for (const [way, script] of Object.entries(situations))
      rows.push({ who: name, way, ...summary(await latencies(api, script)) });
  }
  return rows;
}

async function latencies(api, script) {
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    const running = api.start(script);
    await settle(2);
    const begin = performance.now();
    running.cancel();
    await running.catch(() => {});
    samples.push(performance.now() - begin);
  }
  return samples;
}
