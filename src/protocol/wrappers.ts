// Values that JavaScript has no word of its own for: RhaiFloat, RhaiChar, RhaiTimestamp, RhaiRange.
// Each works with and without `new`, is frozen, and crosses back as exactly the Rhai type it stands for.

function callable<A extends unknown[], T>(
  type: new (...args: A) => T,
): { /** Makes one. */ new (...args: A): T; /** Makes one, without `new`. */ (...args: A): T } {
  function wrapper(...args: A): T {
    return new type(...args);
  }
  Object.defineProperty(wrapper, 'name', { value: type.name });
  wrapper.prototype = type.prototype;
  Object.defineProperty(type.prototype, 'constructor', {
    value: wrapper,
    writable: true,
    configurable: true,
  });
  return wrapper as unknown as { new (...args: A): T; (...args: A): T };
}

class FloatValue {
  readonly value: number;
  constructor(value: number) {
    if (typeof value !== 'number') throw new TypeError('RhaiFloat takes a number');
    this.value = value;
    Object.freeze(this);
  }
  valueOf(): number {
    return this.value;
  }
}

class CharValue {
  readonly value: string;
  constructor(value: string) {
    if (typeof value !== 'string' || [...value].length !== 1 || !value.isWellFormed()) {
      throw new TypeError('RhaiChar takes a string of exactly one character');
    }
    this.value = value;
    Object.freeze(this);
  }
  toString(): string {
    return this.value;
  }
}

class TimestampValue {
  /** Milliseconds since 1970, as `Date.now()` counts. */
  readonly epochMs: number;
  constructor(epochMs: number) {
    if (typeof epochMs !== 'number')
      throw new TypeError(
        'RhaiTimestamp takes a number of milliseconds since 1970 (a Date crosses as it is)',
      );
    if (!Number.isFinite(epochMs)) throw new RangeError('RhaiTimestamp takes finite milliseconds');
    this.epochMs = epochMs;
    Object.freeze(this);
  }
  valueOf(): number {
    return this.epochMs;
  }
  toDate(): Date {
    return new Date(this.epochMs);
  }
}

export type RangeBound = number | bigint;

function bound(value: RangeBound): RangeBound {
  if (Number.isSafeInteger(value)) return value;
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value;
  throw new RangeError(
    `${String(value)} is not the bound of a range: that is a safe integer or a 64-bit bigint`,
  );
}

class RangeValue {
  readonly start: RangeBound;
  readonly end: RangeBound;
  readonly inclusive: boolean;
  constructor(start: RangeBound, end: RangeBound, inclusive = false) {
    if (typeof inclusive !== 'boolean') throw new TypeError('inclusive must be true or false');
    this.start = bound(start);
    this.end = bound(end);
    this.inclusive = inclusive;
    Object.freeze(this);
  }
}

Object.defineProperty(FloatValue, 'name', { value: 'RhaiFloat' });
Object.defineProperty(CharValue, 'name', { value: 'RhaiChar' });
Object.defineProperty(TimestampValue, 'name', { value: 'RhaiTimestamp' });
Object.defineProperty(RangeValue, 'name', { value: 'RhaiRange' });

/**
 * `RhaiFloat(5)` is the float 5.0, where a plain 5 would become an int.
 * @example
 * ```ts
 * console.log(await engine.evalAsync('type_of(x)', { scope: { x: RhaiFloat(5) } })); // prints: f64
 * ```
 */
export const RhaiFloat = callable(FloatValue);
export type RhaiFloat = FloatValue;
/**
 * `RhaiChar('x')` is a char, where a plain 'x' would become a string.
 * @example
 * ```ts
 * console.log(await engine.evalAsync('type_of(x)', { scope: { x: RhaiChar('x') } })); // prints: char
 * ```
 */
export const RhaiChar = callable(CharValue);
export type RhaiChar = CharValue;
/**
 * A point in time with millisecond precision.
 * @example
 * ```ts
 * console.log(RhaiTimestamp(0).toDate().toISOString()); // prints: 1970-01-01T00:00:00.000Z
 * ```
 */
export const RhaiTimestamp = callable(TimestampValue);
export type RhaiTimestamp = TimestampValue;
/**
 * `RhaiRange(0, 5)` is `0..5`; ranges that come out of a script are of this class too.
 * @example
 * ```ts
 * console.log(await engine.evalAsync('let s = 0; for i in r { s += i } s', { scope: { r: RhaiRange(0, 5) } })); // prints: 10
 * const { start, end, inclusive } = engine.eval<RhaiRange>('1..=9');
 * console.log(start, end, inclusive); // prints: 1 9 true
 * ```
 */
export const RhaiRange = callable(RangeValue);
export type RhaiRange = RangeValue;
