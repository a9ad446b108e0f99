/**
 * How late the event loop is while one script computes: the 99th percentile of a 1 ms timer's lateness, one sample per computation,
 * above an idle loop's (which is the timer's own granularity, about a millisecond, and the machine's noise).
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as idle } from 'node:timers/promises';
import { summary } from '../lib/stats.mjs';

const rounds = 5;

export const title = 'event loop delay while a script computes, p99 above an idle loop';
export const unit = 'ms';
export const goal = { atMost: 1 };

export async function run(contestants) {
  const works = contestants
    .filter(({ api }) => api.compute)
    .map(({ name, api }) => [name, () => api.compute()]);
  works.push(['idle loop', () => idle(600)]);
  const rows = works.map(([who]) => ({ who, way: '', samples: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [at, [, work]] of works.entries()) rows[at].samples.push(await delayDuring(work));
  }
  const control = summary(rows.at(-1).samples).median;
  return rows.map(({ who, way, samples }) => ({
    who,
    way,
    ...summary(samples.map((delay) => (who === 'idle loop' ? delay : delay - control))),
  }));
}

async function delayDuring(work) {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  histogram.disable();
  return histogram.percentile(99) / 1e6 - 1;
}
