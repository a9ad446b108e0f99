/** 10,000 scripts wait 50 ms in an async host function; beside them as many bare timers. */
import { waiting } from '../lib/waiting.mjs';

export const title = '10,000 scripts waiting 50 ms';
export const unit = 'ms in all';
export const limit = { timesOf: 'bare timers', is: 2.2 };
export const goal = { timesOf: 'bare timers', is: 1.6 };

export const run = (contestants) => waiting(contestants, 10000, 9);
