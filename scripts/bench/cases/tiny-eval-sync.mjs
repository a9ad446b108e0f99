/** The smallest script there is, compiled before, through the API that blocks the thread. */
import { compare } from '../lib/compare.mjs';

export const title = 'tiny eval (sync), one by one';
export const unit = 'µs per eval';

export const run = (contestants) =>
  compare(contestants, {
    method: 'tinyEvalSync',
    repeat: 2000,
    rounds: 21,
    sync: true,
    check: (value) => value === 42,
  });
