// Host calls that go on although nobody waits for them: counted, and told when a function makes a habit of it.

import type { HostCall } from './call.js';
import type { CallShared } from './call-parts.js';
import { sleep } from './sleep.js';

/** So many at once of one function are worth a warning. */
const MANY = 100;
/** A function that settles so long after its abort does not look at its signal. */
const LONG_MS = 10_000;

const counts = new WeakMap<object, number>();

/** The call is over, its promise is not. */
export function abandon(call: HostCall, shared: CallShared): void {
  if (call.fn.handler === sleep) return; // it has dropped its timer
  call.abandonedAt = performance.now();
  shared.counters.abandoned++;
  const { fn } = call;
  const count = (counts.get(fn) ?? 0) + 1;
  counts.set(fn, count);
  if (count === MANY) {
    const text = `${MANY} calls of '${fn.name}' go on although their runs are over: does it look at context.signal?`;
    shared.warnings.tell('RHAI_CALL_ABANDONED', text, fn.name);
  }
}

/** Its promise has settled after all. */
export function settleAbandoned(call: HostCall, shared: CallShared): void {
  if (call.abandonedAt === undefined) return;
  const { fn, abandonedAt } = call;
  shared.counters.abandoned--;
  counts.set(fn, (counts.get(fn) ?? 1) - 1);
  const ms = performance.now() - abandonedAt;
  if (ms < LONG_MS) return;
  const text = `A call of '${fn.name}' went on for ${Math.round(ms / 1000)} s after its run was over: does it look at context.signal?`;
  shared.warnings.tell('RHAI_CALL_ABANDONED', text, fn.name);
}
