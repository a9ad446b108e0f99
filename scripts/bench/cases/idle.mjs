/** Wake-ups while 10,000 scripts wait for their host and nothing else happens: of worker threads, of JavaScript, and steps. */
import { setTimeout as settle } from 'node:timers/promises';
import { OURS } from '../lib/judge.mjs';
import { summary } from '../lib/stats.mjs';

const count = 10_000;
const watchedMs = 1000;
const rounds = 3;

export const title = `wake-ups in ${watchedMs} ms while ${count.toLocaleString('en')} scripts wait`;
export const unit = 'wake-ups';
export const goal = { atMost: 0, of: 'max' };

export async function run(contestants) {
  if (!contestants.some(({ name }) => name === OURS)) return [];
  const { open } = await import('../contestants/rhai-bridge.mjs');
  const api = await open();
  const waiting = api.hold(count);
  await settle(300);
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    const before = wakeUps(api);
    await settle(watchedMs);
    samples.push(wakeUps(api) - before);
  }
  api.close();
  await Promise.allSettled(waiting);
  return [{ who: OURS, way: '', ...summary(samples) }];
}

const wakeUps = (api) =>
  api.stats().cores.reduce((sum, { wakes, parks, steps }) => sum + wakes + parks + steps, 0);
