// The gentle end of an engine: wait for the runs, but not for ever.

import { known } from '../options/check.js';
import { after } from '../platform/timers.js';
import type { RunQueue } from './run-queue.js';

/** How gently an engine is closed. */
export interface CloseOptions {
  /** How long runs may go on, in milliseconds; 0 ends them at once. Default 5,000. */
  graceMs?: number;
}

const DEFAULT_GRACE_MS = 5_000;

const NAMES = new Set(['graceMs']);

/** How long runs may go on. */
export function graceOf(options: CloseOptions): number {
  known('close', options, NAMES);
  const { graceMs } = options;
  if (graceMs === undefined) return DEFAULT_GRACE_MS;
  if (typeof graceMs !== 'number') throw new TypeError(`graceMs must be a number, got ${typeof graceMs}`);
  if (!(graceMs >= 0) || graceMs > Number.MAX_SAFE_INTEGER)
    throw new RangeError(`graceMs must be a finite number from 0, got ${graceMs}; 0 ends the runs at once`);
  return graceMs;
}

export async function closeGently(graceMs: number, queue: RunQueue): Promise<void> {
  let callOff = (): void => {};
  const patience = new Promise<void>((resolve) => {
    callOff = after(graceMs, resolve, true);
  });
  await Promise.race([queue.whenIdle(), patience]);
  callOff();
}
