/** One script calls an async host function again and again; each call is settled before the next one begins. */
import { compare } from '../lib/compare.mjs';

const calls = 1000;

export const title = 'async host call, one script';
export const unit = 'µs per call';
export const limit = { timesBestPeer: 0.35 };
export const goal = { timesBestPeer: 0.2 };

export const run = (contestants) =>
  compare(contestants, {
    method: 'asyncCalls',
    args: [calls],
    per: calls,
    rounds: 21,
    check: (sum) => sum === (calls * (calls + 1)) / 2,
  });
