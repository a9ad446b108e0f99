// The gentle end of an engine: wait for the runs, but not for ever.

import { known } from '../options/check.js';
import { checkLimit } from '../options/limits.js';
import type { RunQueue } from './run-queue.js';

/** How gently an engine is closed. */
export interface CloseOptions {
  /** How long runs may go on. Default 5,000. */
  graceMs?: number;
}

const DEFAULT_GRACE_MS = 5_000;

const NAMES = new Set(['graceMs']);

/** How long runs may go on. */
export function graceOf(options: CloseOptions): number {
  known('close', options, NAMES);
  const { graceMs } = options;
  return graceMs === undefined ? DEFAULT_GRACE_MS : checkLimit('graceMs', graceMs);
}

export async function closeGently(graceMs: number, queue: RunQueue): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([queue.whenIdle(), patience]);
  clearTimeout(timer);
}
