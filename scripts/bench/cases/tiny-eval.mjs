/** The smallest script there is, compiled before, through the API that does not block: one after the other. */
import { compare } from '../lib/compare.mjs';

export const title = 'tiny evalAsync, one by one';
export const unit = 'µs per eval';
export const goal = { timesBestPeer: 0.35 };

export const run = (contestants) =>
  compare(contestants, { method: 'tinyEval', repeat: 500, rounds: 21, check: (value) => value === 42 });
