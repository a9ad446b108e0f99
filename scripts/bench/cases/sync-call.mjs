/** One script calls a host function that returns at once. */
import { compare } from '../lib/compare.mjs';

const calls = 10_000;

export const title = 'sync host call, one script';
export const unit = 'µs per call';
export const limit = { atMost: 1.5 };
export const goal = { atMost: 0.8 };

export const run = (contestants) =>
  compare(contestants, {
    method: 'syncCalls',
    args: [calls],
    per: calls,
    rounds: 21,
    check: (sum) => sum === (calls * (calls + 1)) / 2,
  });
