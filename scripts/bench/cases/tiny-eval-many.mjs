/** The smallest script there is, 1,000 in flight. */
import { compare } from '../lib/compare.mjs';

const count = 1000;

export const title = 'tiny evalAsync, 1,000 in flight';
export const unit = 'µs per eval';

export const run = (contestants) =>
  compare(contestants, {
    method: 'tinyEvals',
    args: [count],
    per: count,
    check: (values) => values.length === count && values.every((value) => value === 42),
  });
