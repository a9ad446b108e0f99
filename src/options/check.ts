// Checks of single options: a wrong one is a TypeError or a RangeError that names it.

/** An object, and no list of something. */
export function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True or false; false when nothing was given. */
export function flag(name: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false, got ${typeof value}`);
  return value;
}

/** Refuses what is no object, and names that nobody knows: a typo must not be a missing option. */
export function known(what: string, options: unknown, names: ReadonlySet<string>): void {
  if (!isRecord(options)) throw new TypeError(`the options of ${what} must be an object`);
  for (const name of Object.keys(options))
    if (!names.has(name) && (options as Record<string, unknown>)[name] !== undefined)
      throw new TypeError(`${what} has no option '${name}'`);
}

/** A whole number in a range, or `fallback` when none was given. */
export function whole(name: string, value: unknown, fallback: number, min: number, max: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}, got ${value}`);
  }
  return value;
}

/** One of some words. */
export function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[], fallback: T): T {
  if (value === undefined) return fallback;
  if (allowed.includes(value as T)) return value as T;
  throw new TypeError(`${name} must be one of ${allowed.map((one) => `'${one}'`).join(', ')}`);
}

/** A function or nothing. */
export function listener<T>(name: string, value: T | undefined): T | undefined {
  if (value !== undefined && typeof value !== 'function') throw new TypeError(`${name} must be a function`);
  return value;
}

/** A URL, its text, or nothing. */
export function place(name: string, value: unknown): string | URL | undefined {
  if (value === undefined || value instanceof URL || (typeof value === 'string' && value !== ''))
    return value;
  throw new TypeError(`${name} must be a URL or its text`);
}
