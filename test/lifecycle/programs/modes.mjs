// What an engine can be in the middle of when its world ends: five modes, on four kinds of engines. Every program of this suite
// starts its live runs here; nobody waits for them.
import { RhaiEngine } from 'rhai-bridge';

const ignore = () => {};
const LIVE_RUNS = 5;
/** Parses for some milliseconds; `seed` keeps programs from being shared. */
const longSource = (seed) => `let first = ${seed};\n` + 'first = (first * 31 + 7) % 1000003;\n'.repeat(6000);

/** Each starts runs on `engine` and returns at once. */
export const MODES = {
  looping: (engine) => times(LIVE_RUNS, () => engine.evalAsync('loop {}')),
  waiting: (engine) => times(LIVE_RUNS, () => engine.evalAsync('never()')),
  compiling: (engine) => times(LIVE_RUNS, (i) => engine.evalAsync(longSource(i))),
  starting: (engine) => times(200, (i) => engine.evalAsync(`let a = ${i}; a + now(1)`)),
  replying: (engine) => times(LIVE_RUNS, () => engine.evalAsync('loop { now(1); soon(2); }')),
};

/** Kinds of engines. */
export const KINDS = [{}, { assistMicros: 0 }, { threads: 3 }, { mode: 'inline' }];

function times(count, start) {
  for (let i = 0; i < count; i++) start(i).catch(ignore);
}

/** An engine of some kind with host functions that answer never, now and soon. */
export function makeEngine(kind = {}) {
  return RhaiEngine.createSync({ ...kind, limits: { computeMs: 0, hostTimeoutMs: 0 }, onWarning: ignore })
    .registerFunction('never', () => new Promise(ignore))
    .registerFunction('now', async (x) => x)
    .registerFunction('soon', (x) => new Promise((resolve) => setImmediate(resolve, x)));
}
