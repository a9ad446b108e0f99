/** 64 scripts at once, each calling an async host function 50 times. */
import { compare } from '../lib/compare.mjs';

const scripts = 64;
const calls = 50;

export const title = '64 scripts at once, async host calls';
export const unit = 'µs per call';
export const goal = { atMost: 0.6 };

export const run = (contestants) =>
  compare(contestants, {
    method: 'manyScripts',
    args: [scripts, calls],
    per: scripts * calls,
    check: (sums) => sums.length === scripts && sums.every((sum) => sum === (calls * (calls + 1)) / 2),
  });
