// `sleep(seconds)` of every engine: a timer request in place of rhai's own function, which blocks its thread.
// A run that ends meanwhile clears the timer. Zero, negative and NaN do not wait.
import type { HostCallContext } from './context.js';

/** The longest delay one timer takes; longer ones are taken in turns. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Resolves after `seconds`, an integer or a float of the script. */
export function sleep(context: HostCallContext, seconds: unknown): Promise<void> | undefined {
  if (typeof seconds !== 'number' && typeof seconds !== 'bigint')
    throw new TypeError(`sleep takes a number of seconds, got ${typeof seconds}`);
  const ms = Number(seconds) * 1000;
  return ms > 0 ? wait(ms, context.signal) : undefined;
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const turn = Math.min(ms, MAX_TIMER_MS);
    const clear = (): void => clearTimeout(timer);
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', clear);
      resolve(ms > turn ? wait(ms - turn, signal) : undefined);
    }, turn);
    signal.addEventListener('abort', clear, { once: true });
  });
}
