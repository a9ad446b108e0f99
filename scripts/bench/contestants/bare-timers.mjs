/** The control for waiting: as many timers of Node, each with its promise, and nothing else. */
import { sleep } from '../lib/work.mjs';

export const name = 'bare timers';

export async function open() {
  return { waiting: (count, ms) => Promise.all(Array.from({ length: count }, () => sleep(ms))) };
}
