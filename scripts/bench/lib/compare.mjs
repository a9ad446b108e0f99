/**
 * The heart of the bench: measures the same method of every contestant side by side. The rounds are interleaved, and each round
 * begins with another contestant, so that drift of the machine (clock, heat, neighbours) hits all of them alike. Before that every
 * way has run for WARM_MS, and a sample repeats its work until it has lasted SAMPLE_US: compilers have done what they do, and the
 * steady state is measured, not the caches that the contestant before left behind.
 */
import { timeSyncUs, timeUs } from './clock.mjs';
import { summary } from './stats.mjs';

const WARM_MS = 400;
const SAMPLE_US = 20_000;

/**
 * @param contestants  opened contestants: `{ name, api }`
 * @param plan         `method` of the api, its `args`, `check(result)`; `per`: how many operations one call of the method is;
 *                     `scale`: 1 gives µs, 1000 gives ms; `rounds`; `sync` when the method returns at once
 * @returns one row per contestant and way: `{ who, way, median, min, max, … }`; a contestant without the method has no row
 */
export async function compare(contestants, plan) {
  const ways = contestants.flatMap((contestant) => waysOf(contestant, plan.method));
  const { rounds = 21 } = plan;
  for (const way of ways) await warmUp(way, plan);
  for (let round = 0; round < rounds; round++) {
    for (const way of rotated(ways, round)) way.samples.push(await sample(way, plan));
  }
  return ways.map(({ who, way, samples }) => ({ who, way, ...summary(samples) }));
}

/** A contestant's method is a function, or several ways to do the same, by name. */
function waysOf({ name, api }, method) {
  const found = api[method];
  if (!found) return [];
  const entries = typeof found === 'function' ? [['', found]] : Object.entries(found);
  return entries.map(([way, call]) => ({ who: name, way, call, samples: [] }));
}

async function warmUp(way, plan) {
  const end = performance.now() + WARM_MS;
  do await measure(way, plan);
  while (performance.now() < end);
}

/** The mean of as many pieces of work as fill the sample's time. */
async function sample(way, plan) {
  const end = performance.now() + SAMPLE_US / 1000;
  let [sum, count] = [0, 0];
  do {
    sum += await measure(way, plan);
    count++;
  } while (performance.now() < end);
  return sum / count;
}

async function measure({ who, way, call }, { args = [], repeat, per = 1, scale = 1, sync = false, check }) {
  const work = repeat ? repeated(call, args, repeat, sync) : () => call(...args);
  const { us, result } = sync ? timeSyncUs(work) : await timeUs(work);
  if (check && !check(result))
    throw new Error(`${who} ${way}: wrong result ${JSON.stringify(result)?.slice(0, 80)}`);
  return us / (per * (repeat ?? 1)) / scale;
}

/** `repeat` calls in a row, each one finished before the next begins. */
function repeated(call, args, repeat, sync) {
  if (sync)
    return () => {
      let last;
      for (let i = 0; i < repeat; i++) last = call(...args);
      return last;
    };
  return async () => {
    let last;
    for (let i = 0; i < repeat; i++) last = await call(...args);
    return last;
  };
}

function rotated(list, by) {
  const at = list.length ? by % list.length : 0;
  return [...list.slice(at), ...list.slice(0, at)];
}
