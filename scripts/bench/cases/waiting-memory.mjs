/**
 * What a waiting script costs: resident memory of a fresh process that holds 10,000 waiting scripts, less that of one that holds
 * 10,000 promises and timers. Fresh processes take turns, so that no contestant profits from another's freed pages.
 */
import { flagsOf, inFreshProcess } from '../lib/child.mjs';
import { summary } from '../lib/stats.mjs';

const count = 10_000;
const rounds = 5;

export const title = 'memory of a waiting script, above one promise and one timer';
export const unit = 'bytes of RSS each';
export const limit = { atMost: 4096 };
export const goal = { atMost: 2048 };

const bytesEach = async (name) =>
  (await inFreshProcess('waiting-memory.mjs', [name, count], [...flagsOf(name), '--expose-gc'])).bytesEach;

export async function run(contestants) {
  const names = contestants.filter(({ api }) => api.waiting).map(({ name }) => name);
  const samples = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) samples.get(name).push(await bytesEach(name));
  }
  const control = summary(samples.get('bare timers')).median;
  return names.map((who) => ({
    who,
    way: '',
    ...summary(samples.get(who).map((bytes) => (who === 'bare timers' ? bytes : bytes - control))),
  }));
}
