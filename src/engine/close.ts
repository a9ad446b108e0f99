// The gentle end of an engine: wait for the runs, but not for ever.

import { checkLimit } from '../options/limits.js';
import type { RunQueue } from './run-queue.js';

/** How gently an engine is closed. */
export interface CloseOptions {
  /** How long runs may go on. Default 5,000. */
  graceMs?: number;
}

const DEFAULT_GRACE_MS = 5_000;

export async function closeGently(options: CloseOptions, queue: RunQueue): Promise<void> {
  const graceMs = options.graceMs === undefined ? DEFAULT_GRACE_MS : checkLimit('graceMs', options.graceMs);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([queue.whenIdle(), patience]);
  clearTimeout(timer);
}
