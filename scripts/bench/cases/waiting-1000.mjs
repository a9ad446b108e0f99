/** 1,000 scripts wait 50 ms in an async host function; beside them as many bare timers. */
import { waiting } from '../lib/waiting.mjs';

export const title = '1,000 scripts waiting 50 ms';
export const unit = 'ms in all';

export const run = (contestants) => waiting(contestants, 1000, 9);
