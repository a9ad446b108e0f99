// The limits of a run: their names, their order in the LIMITS record, their defaults and profiles (API.md).
// Every limit is a number with a unit in its name; 0 means unlimited. Checked once, when an engine or a run is made.

import { isRecord } from './check.js';

/** All limits of a run; 0 = unlimited. */
export interface Limits {
  /** Back-edges, calls and cost units of natives. */
  maxOperations: number;
  maxCallDepth: number;
  maxStringBytes: number;
  maxArrayLength: number;
  maxMapSize: number;
  maxValueDepth: number;
  /** Bytes a run may hold. */
  maxMemoryBytes: number;
  maxSourceBytes: number;
  /** Bytes a run may print. */
  maxOutputBytes: number;
  /** The script's own time; waiting does not count. */
  computeMs: number;
  /** Wall clock, everything included. */
  timeoutMs: number;
  /** One host call; a function's own `timeoutMs` wins. */
  hostTimeoutMs: number;
}

/** The order in which a LIMITS record carries them. */
export const LIMIT_NAMES = [
  'maxOperations',
  'maxCallDepth',
  'maxStringBytes',
  'maxArrayLength',
  'maxMapSize',
  'maxValueDepth',
  'maxMemoryBytes',
  'maxSourceBytes',
  'maxOutputBytes',
  'computeMs',
  'timeoutMs',
  'hostTimeoutMs',
] as const satisfies readonly (keyof Limits)[];

const MiB = 1024 * 1024;

/** What an engine uses when nothing else is said. */
export const DEFAULT_LIMITS: Readonly<Limits> = Object.freeze({
  maxOperations: 0,
  maxCallDepth: 100,
  maxStringBytes: 10 * MiB,
  maxArrayLength: 1_000_000,
  maxMapSize: 1_000_000,
  maxValueDepth: 128,
  maxMemoryBytes: 256 * MiB,
  maxSourceBytes: MiB,
  maxOutputBytes: MiB,
  computeMs: 5_000,
  timeoutMs: 0,
  hostTimeoutMs: 30_000,
});

/**
 * Limits for scripts of people you do not know.
 * @example
 * ```ts
 * console.log(secureDefaults().computeMs); // prints: 1000
 * ```
 */
export function secureDefaults(): Limits {
  return {
    ...DEFAULT_LIMITS,
    maxOperations: 1_000_000,
    maxMemoryBytes: 64 * MiB,
    maxSourceBytes: 256 * 1024,
    computeMs: 1_000,
    timeoutMs: 5_000,
  };
}

/**
 * Limits for small expressions, filters and formulas.
 * @example
 * ```ts
 * const engine = await RhaiEngine.create({ limits: strict() });
 * console.log(await engine.evalAsync('loop {}').catch((error: RhaiLimitError) => error.limit)); // prints: maxOperations
 * ```
 */
export function strict(): Limits {
  return {
    maxOperations: 100_000,
    maxCallDepth: 50,
    maxStringBytes: MiB,
    maxArrayLength: 100_000,
    maxMapSize: 100_000,
    maxValueDepth: 64,
    maxMemoryBytes: 16 * MiB,
    maxSourceBytes: 64 * 1024,
    maxOutputBytes: 64 * 1024,
    computeMs: 250,
    timeoutMs: 1_000,
    hostTimeoutMs: 1_000,
  };
}

/**
 * No limits at all: only for scripts that you wrote.
 * @example
 * ```ts
 * const engine = await RhaiEngine.create({ limits: { ...unlimited(), timeoutMs: 60_000 } });
 * console.log(await engine.evalAsync('1 + 1')); // prints: 2
 * ```
 */
export function unlimited(): Limits {
  return Object.fromEntries(LIMIT_NAMES.map((name) => [name, 0])) as unknown as Limits;
}

/** A limit's value, or a TypeError or RangeError that names it. */
export function checkLimit(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (!(value >= 0) || value > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(
      `${name} must be a finite number that is not negative, got ${value}; 0 means unlimited`,
    );
  }
  if (!name.endsWith('Ms') && !Number.isInteger(value))
    throw new RangeError(`${name} must be a whole number, got ${value}`);
  return value;
}

/** `base` with the limits of `given` over it; unknown names are refused, so that a typo is not a missing limit. */
export function mergeLimits(base: Readonly<Limits>, given: Partial<Limits> | undefined): Readonly<Limits> {
  if (given === undefined) return base;
  if (!isRecord(given)) throw new TypeError('limits must be an object');
  const merged: Limits = { ...base };
  for (const [name, value] of Object.entries(given)) {
    if (!(LIMIT_NAMES as readonly string[]).includes(name)) throw new TypeError(`unknown limit '${name}'`);
    if (value !== undefined) merged[name as keyof Limits] = checkLimit(name, value);
  }
  return Object.freeze(merged);
}
