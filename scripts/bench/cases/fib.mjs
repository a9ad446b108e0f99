/** Recursion: 832,000 script calls. The peers' languages differ (V8 compiles to machine code); rhai's own evaluator is what counts. */
import { compare } from '../lib/compare.mjs';

export const title = 'fib(27)';
export const unit = 'ms';
export const limit = { timesOf: 'rhai', is: 0.15 };

export const run = (contestants) =>
  compare(contestants, {
    method: 'fib',
    args: [27],
    scale: 1000,
    rounds: 9,
    check: (value) => value === 196418,
  });
