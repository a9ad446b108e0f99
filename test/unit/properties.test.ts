// What must hold for all values: whatever can cross comes back as it went in, and no bytes at all can break the decoder.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RhaiError } from '../../src/errors/index.js';
import { MalformedRecord } from '../../src/protocol/problem.js';
import { decodeValues, encodeValues } from '../../src/protocol/standalone.js';
import { bounds, leaf, nested, numRuns, patienceMs } from './arbitrary.js';

const value = nested(leaf);

describe('the codec', () => {
  it(
    'gives back every value that can cross',
    () => {
      fc.assert(
        fc.property(fc.array(value, { maxLength: 3 }), (values) => {
          expect(isDeepStrictEqual(decodeValues(encodeValues(values)), values)).toBe(true);
        }),
        bounds(numRuns),
      );
    },
    patienceMs,
  );

  it(
    'writes the same bytes for the same value',
    () => {
      fc.assert(
        fc.property(value, (one) => {
          const bytes = encodeValues([one]);
          expect(Buffer.compare(encodeValues(decodeValues(bytes)), bytes)).toBe(0);
        }),
        bounds(numRuns / 2),
      );
    },
    patienceMs,
  );

  it(
    'never reads malformed bytes as anything but an error or a value',
    () => {
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
            if (!(error instanceof MalformedRecord) && !(error instanceof RhaiError)) throw error;
          }
        }),
        bounds(numRuns * 3),
      );
    },
    patienceMs,
  );
});
