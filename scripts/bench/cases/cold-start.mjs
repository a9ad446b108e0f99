/** Import, create and first eval in a fresh process; node's own start is not counted. */
import { inFreshProcess } from '../lib/child.mjs';
import { summary } from '../lib/stats.mjs';

const rounds = 11;

export const title = 'cold start: import, create, first eval';
export const unit = 'ms';
export const goal = { atMost: 5 };

export async function run(contestants) {
  const names = contestants.map(({ name }) => name).filter((name) => !['bare timers', 'rhai'].includes(name));
  const samples = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) samples.get(name).push((await inFreshProcess('cold-start.mjs', [name])).ms);
  }
  return names.map((who) => ({ who, way: '', ...summary(samples.get(who)) }));
}
