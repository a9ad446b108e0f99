/** A value goes to a sync host function and comes back, beside the one peer that copies structured values by itself. A table each. */
import { compare } from '../lib/compare.mjs';

const payloads = {
  'an object of 10 keys': [
    Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`key${i}`, i % 2 ? i : `value ${i}`])),
    2000,
  ],
  'a string of 1 MB': ['x'.repeat(1 << 20), 20],
  '1 MB of bytes': [new Uint8Array(1 << 20).fill(7), 20],
  '10,000 integers': [Array.from({ length: 10_000 }, (_, i) => i), 50],
};

export const parts = Object.entries(payloads).map(([name, [data, calls]]) => ({
  title: `${name} to a host function and back`,
  unit: 'µs per round trip',
  goal: { timesBestPeer: 0.5 },
  run: (contestants) =>
    compare(contestants, {
      method: 'payloadCalls',
      args: [data, calls],
      per: calls + 1,
      rounds: 9,
      check: (back) => size(back) === size(data),
    }),
}));

const size = (value) => value.length ?? Object.keys(value).length;
