// What must hold for all values: whatever can cross comes back as it went in, and no bytes at all can break the decoder.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RhaiError } from '../../src/errors/index.js';
import { MalformedRecord } from '../../src/protocol/problem.js';
import { decodeValues, encodeValues } from '../../src/protocol/standalone.js';
import { RhaiRange, RhaiTimestamp } from '../../src/protocol/wrappers.js';

/** RHAI_BRIDGE_LONG=1 is the long tier. */
const numRuns = process.env['RHAI_BRIDGE_LONG'] === '1' ? 100_000 : 1_000;

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('__proto__', 'then', 'toString', '', '0'),
);
const int = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(0, -0, 2 ** 31, -(2 ** 31) - 1));
const big = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .filter((n) => !Number.isSafeInteger(Number(n)));
const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  int,
  fc.double(),
  big,
  text,
  fc.uint8Array({ maxLength: 40 }),
  fc.tuple(fc.maxSafeInteger(), fc.maxSafeInteger(), fc.boolean()).map(([a, b, c]) => RhaiRange(a, b, c)),
  fc.maxSafeInteger().map((ms) => RhaiTimestamp(ms)),
  fc.array(fc.integer(), { minLength: 8, maxLength: 40 }),
  fc.array(fc.double({ noInteger: true }), { minLength: 8, maxLength: 40 }),
);
const keyed = (value: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc
    .uniqueArray(fc.tuple(text, value), { selector: ([key]) => key, maxLength: 8 })
    .map((entries) => Object.fromEntries(entries));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('value'), { maxLength: 12 }), keyed(tie('value'))),
}));

describe('the codec', () => {
  it('gives back every value that can cross', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), (values) => {
        expect(isDeepStrictEqual(decodeValues(encodeValues(values)), values)).toBe(true);
      }),
      { numRuns },
    );
  });

  it('writes the same bytes for the same value', () => {
    fc.assert(
      fc.property(value, (one) => {
        const bytes = encodeValues([one]);
        expect(Buffer.compare(encodeValues(decodeValues(bytes)), bytes)).toBe(0);
      }),
      { numRuns: numRuns / 2 },
    );
  });

  it('never reads malformed bytes as anything but an error or a value', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((tail) => Uint8Array.of(1, ...tail)),
      fc.tuple(value, fc.nat(), fc.nat({ max: 255 })).map(([one, at, byte]) => {
        const good = encodeValues([one]);
        good[1 + (at % Math.max(1, good.length - 1))] = byte;
        return good;
      }),
      fc.tuple(value, fc.nat()).map(([one, cut]) => {
        const good = encodeValues([one]);
        return good.subarray(0, 1 + (cut % good.length));
      }),
    );
    fc.assert(
      fc.property(bytes, (some) => {
        try {
          decodeValues(some);
        } catch (error) {
          if (
            !(error instanceof MalformedRecord) &&
            !(error instanceof RhaiError) &&
            !(error instanceof RangeError)
          )
            throw error;
        }
      }),
      { numRuns: numRuns * 3 },
    );
  });
});
