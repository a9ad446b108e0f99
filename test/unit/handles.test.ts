// What crosses as a handle keeps its identity, wherever it stands inside a value: functions of scripts, objects of the host,
// errors of host functions. Checked for all values, through whole engines.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HostObject, type RhaiFunction } from '../../src/entry/node.js';
import { conformance } from '../conformance/backend.js';
import { bounds, leaf, nested, numRuns, patienceMs } from './arbitrary.js';

const HELD = 4;
/** Each goes through a whole engine. */
const runs = numRuns === 1_000 ? 200 : numRuns;

/** A machine that is stopped for a while only makes it longer. */
const patient = { limits: { computeMs: 0, hostTimeoutMs: 0 } };

/** Stands for the handle with this number until the engine is there. */
class Place {
  constructor(readonly at: number) {}
}

const place = fc.nat({ max: HELD - 1 }).map((at) => new Place(at));
const value = nested(fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 2, arbitrary: place }));

/** The value with `held` in its places. A function under the key `then` is refused by contract. */
function filled(value: unknown, held: readonly unknown[], key = ''): unknown {
  if (value instanceof Place)
    return key === 'then' && typeof held[value.at] === 'function' ? 0 : held[value.at];
  if (Array.isArray(value)) return value.map((item) => filled(item, held));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const entries = Object.entries(value).map(([name, item]) => [name, filled(item, held, name)] as const);
  return Object.fromEntries(entries);
}

/** Equal, and the very same handles in it. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === 'function' || a instanceof HostObject || a instanceof Error) return a === b;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  if (typeof a !== 'object' || a === null || Object.getPrototypeOf(a) !== Object.prototype)
    return isDeepStrictEqual(a, b);
  if (typeof b !== 'object' || b === null) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame((a as any)[name], (b as any)[name]))
  );
}

conformance('handles', (make) => {
  const objects = (): HostObject[] =>
    Array.from({ length: HELD }, (_, id) => new HostObject({ id }, { properties: ['id'] }));

  it(
    'host objects anywhere in a value come back as the very same, through the script and through a host function',
    async () => {
      const engine = make(patient).registerFunction('echo', (given) => given);
      const held = objects();
      const through = engine.compile('fn plain(v) { v } fn host(v) { echo(v) }');
      await fc.assert(
        fc.asyncProperty(value, fc.constantFrom('plain', 'host'), async (some, way) => {
          const sent = filled(some, held);
          expect(isSame(await through.call(way, [sent]), sent)).toBe(true);
        }),
        bounds(runs),
      );
      expect(engine.stats().hostObjects).toBeLessThanOrEqual(HELD);
    },
    patienceMs,
  );

  it(
    'functions of scripts anywhere in a value come back as the very same, and still work',
    async () => {
      const engine = make(patient).registerFunction('echo', (given) => given);
      const held = await engine.evalAsync<RhaiFunction[]>(
        `let all = []; for n in 0..${HELD} { let own = n; all.push(|x| x * 10 + own) } all`,
      );
      const through = engine.compile('fn plain(v) { v } fn host(v) { echo(v) }');
      await fc.assert(
        fc.asyncProperty(value, fc.constantFrom('plain', 'host'), async (some, way) => {
          const sent = filled(some, held);
          expect(isSame(await through.call(way, [sent]), sent)).toBe(true);
        }),
        bounds(runs),
      );
      const results = await Promise.all(held.map((fn) => fn(4)));
      expect(results).toEqual([40, 41, 42, 43]);
      expect(engine.stats().functions).toBe(HELD);
      for (const fn of held) fn.dispose();
      expect(engine.stats().functions).toBe(0);
    },
    patienceMs,
  );
});
