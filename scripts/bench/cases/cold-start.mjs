/**
 * Import, create and first eval in a fresh process; node's own start is not counted. The control imports a module with nothing in it:
 * what node's loader takes by itself. Our own row has V8's code
 * cache, which `npm run build` makes; the next to last row has none.
 */
import { flagsOf, inFreshProcess } from '../lib/child.mjs';
import { summary } from '../lib/stats.mjs';

const rounds = 15;

export const title = 'cold start: import, create, first eval';
export const unit = 'ms';
export const goal = { atMost: 5 };

export async function run(contestants) {
  const started = contestants
    .map(({ name }) => name)
    .filter((name) => !['bare timers', 'rhai'].includes(name));
  const names = [...started, 'rhai-bridge, no code cache', 'empty module'];
  const samples = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names)
      samples.get(name).push((await inFreshProcess('cold-start.mjs', [name], flagsOf(name))).ms);
  }
  return names.map((who) => ({ who, way: '', ...summary(samples.get(who)) }));
}
