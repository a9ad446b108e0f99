// Values that can cross, for the property tests of the codec and of whole engines.
import fc from 'fast-check';
import { RhaiRange, RhaiTimestamp } from '../../src/protocol/wrappers.js';

/** RHAI_BRIDGE_LONG=1 is the long tier. */
const isLong = process.env['RHAI_BRIDGE_LONG'] === '1';
export const numRuns = isLong ? 100_000 : 1_000;
/** How long one property may take, in milliseconds. */
export const patienceMs = isLong ? 3_600_000 : 60_000;

/**
 * How a property ends. What large values are shrunk to has no end of its own: the long tier stops at the first failure and tells seed
 * and path, by which fast-check finds it again; otherwise time is up after a while, which is a failure too.
 */
export const bounds = (runs: number): fc.Parameters<unknown> =>
  isLong
    ? { numRuns: runs, endOnFailure: true }
    : { numRuns: runs, interruptAfterTimeLimit: (patienceMs * 3) / 4, markInterruptAsFailure: true };

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('__proto__', 'then', 'toString', '', '0'),
);
const int = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(0, -0, 2 ** 31, -(2 ** 31) - 1));
const big = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .filter((n) => !Number.isSafeInteger(Number(n)));
export const leaf = fc.oneof(
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

/** Arrays and objects, nested, with these at their ends. */
export const nested = (ends: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, ends, fc.array(tie('value'), { maxLength: 12 }), keyed(tie('value'))),
  })).value;
