/** `count` scripts wait at once; the time until the last has its result. */
import { compare } from './compare.mjs';

const delayMs = 50;

export const waiting = (contestants, count, rounds) =>
  compare(contestants, {
    method: 'waiting',
    args: [count, delayMs],
    scale: 1000,
    rounds,
    check: (values) => values.length === count && values.every((value) => value === delayMs),
  });
