// Values cross exactly or not at all: the table of API.md, both ways, through real scripts.
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import {
  RhaiChar,
  RhaiFloat,
  RhaiRange,
  RhaiTimestamp,
  RhaiValueError,
  RhaiHostError,
  RhaiLimitError,
} from '../../src/entry/node.js';
import { conformance, rejection, thrown } from './backend.js';

conformance('values', (make) => {
  const same: [string, unknown][] = [
    ['a map', { a: 1, b: 'two', c: true }],
    ['nested lists', [[1, [2, [3]]], []]],
    ['null', null],
    ['a float', 1.5],
    ['negative zero', -0],
    ['NaN', NaN],
    ['infinity', -Infinity],
    ['a subnormal', 5e-324],
    ['the largest safe int', Number.MAX_SAFE_INTEGER],
    ['the smallest safe int', Number.MIN_SAFE_INTEGER],
    ['the largest int', 2n ** 63n - 1n],
    ['the smallest int', -(2n ** 63n)],
    ['Unicode', 'héllo 世界 😀 \u0000 end'],
    ['an empty string', ''],
    ['a long string', 'x'.repeat(5000) + 'é'],
    ['a map with an error key', { error: 'none', ok: true }],
    ['a map with a then that is no function', { then: 5, a: [{ then: 'x' }] }],
    ['bytes', Uint8Array.of(0, 255, 128)],
    ['many ints', Array.from({ length: 1000 }, (_, i) => i - 500)],
    ['many floats', Array.from({ length: 1000 }, (_, i) => i + 0.5)],
    ['strange keys', { '': 1, '0': 2, constructor: 3, toString: 4, prototype: 5, 'a b': 6, ü: 7 }],
    ['a range', RhaiRange(0, 5, true)],
    ['a timestamp', RhaiTimestamp(1_700_000_000_123)],
  ];
  for (const [name, value] of same) {
    it(`${name} comes back as it went in`, async () => {
      const engine = make().registerFunction('give', async () => value);
      expect(await engine.evalAsync('give()')).toStrictEqual(value);
      let taken: unknown;
      engine.registerFunction('take', (x) => {
        taken = x;
      });
      await engine.evalAsync('take(give())');
      expect(taken).toStrictEqual(value);
      expect(engine.setVar('v', value).getVar('v')).toStrictEqual(value);
    });
  }

  it('undefined and holes become ()', async () => {
    const engine = make().registerFunction('give', (): unknown => [undefined, , 1]); // eslint-disable-line no-sparse-arrays
    expect(await engine.evalAsync('let a = give(); [a[0] == (), a[1] == (), a[2]]')).toEqual([true, true, 1]);
  });

  it('an integral number is an int, anything else a float', async () => {
    const engine = make().registerFunction('type', (x) => x);
    const typeOf = async (value: unknown): Promise<unknown> => engine.setVar('v', value).eval('type_of(v)');
    expect(await typeOf(5)).toBe('i64');
    expect(await typeOf(-0)).toBe('f64');
    expect(await typeOf(1e300)).toBe('f64');
    expect(await typeOf(RhaiFloat(5))).toBe('f64');
    expect(await typeOf(RhaiChar('x'))).toBe('char');
    expect(await typeOf(7n)).toBe('i64');
    expect(await typeOf(new Map([['a', 1]]))).toBe('map');
    expect(await typeOf(new DataView(new ArrayBuffer(3)))).toBe('blob');
    expect(await typeOf(new Date(5))).toBe('timestamp');
  });

  it('a bigint outside of 64 bits is refused', () => {
    const engine = make();
    for (const big of [2n ** 63n, -(2n ** 63n) - 1n, 2n ** 200n]) {
      expect(thrown(() => engine.setVar('v', big))).toBeInstanceOf(RhaiValueError);
    }
  });

  it('int64 says how ints arrive', async () => {
    expect(await make({ int64: 'bigint' }).evalAsync('[1, 2]')).toEqual([1n, 2n]);
    expect(await make({ int64: 'auto' }).evalAsync('9007199254740993')).toBe(9007199254740993n);
    const error = await rejection(
      make({ int64: 'number' }).evalAsync('#{ a: [9007199254740993, #{ b: 1 }] }'),
    );
    expect(error).toBeInstanceOf(RhaiValueError);
    expect(error.path).toBe('$.a[0]');
  });

  it('shapes defined inside a refused value are known afterwards', async () => {
    const engine = make({ int64: 'number' });
    await rejection(engine.evalAsync('[9007199254740993, #{ x: 1, y: 2 }]'));
    expect(await engine.evalAsync('#{ x: 3, y: 4 }')).toEqual({ x: 3, y: 4 });
  });

  it('__proto__ is an own property both ways and pollutes nothing', async () => {
    const engine = make().registerFunction('give', () =>
      JSON.parse('{"__proto__": {"polluted": 1}, "a": 2}'),
    );
    const result = await engine.evalAsync<Record<string, unknown>>('give()');
    expect(Object.keys(result).sort()).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  const refused: [string, () => unknown, string][] = [
    ['a symbol', () => ({ users: [0, 1, 2, { avatar: Symbol('x') }] }), '$.users[3].avatar'],
    ['a function', () => [() => 1], '$[0]'],
    ['a promise inside', () => ({ p: Promise.resolve(1) }), '$.p'],
    ['a WeakMap', () => new WeakMap(), '$'],
    ['a RegExp', () => ({ 'a b': /x/ }), '$["a b"]'],
    ['an Error', () => ({ e: new Error('x') }), '$.e'],
    ['a Set', () => new Set([1]), '$'],
    ['a class instance', () => new (class User {})(), '$'],
    ['a lone surrogate', () => ['ok', '\ud800'], '$[1]'],
    ['a lone surrogate in a key', () => ({ a: { '\udc00': 1 } }), '$.a'],
    ['a Map with other keys', () => new Map([[1, 2]]), '$'],
    ['an invalid Date', () => new Date(NaN), '$'],
    ['a revoked proxy', () => ({ p: revoked() }), '$.p'],
    [
      'a throwing getter',
      () => ({
        get x() {
          throw new Error('no');
        },
      }),
      '$.x',
    ],
    [
      'a throwing proxy',
      () => [
        new Proxy(
          {},
          {
            ownKeys() {
              throw new Error('no');
            },
          },
        ),
      ],
      '$[0]',
    ],
    [
      'a cycle',
      () => {
        const a: any = { list: [1] };
        a.list.push(a);
        return a;
      },
      '$.list[1]',
    ],
    [
      'an array in itself',
      () => {
        const a: unknown[] = [];
        a.push(a);
        return a;
      },
      '$[0]',
    ],
    [
      'a Map in itself',
      () => {
        const m = new Map();
        m.set('me', m);
        return m;
      },
      '$.me',
    ],
    [
      'a detached buffer',
      () => {
        const b = new Uint8Array(8);
        structuredClone(b.buffer, { transfer: [b.buffer] });
        return { b };
      },
      '$.b',
    ],
  ];
  it('objects of every number of keys cross whole, and a value that cannot has the path of its key', () => {
    const engine = make({ int64: 'number' });
    for (let n = 0; n <= 70; n++) {
      const object = Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, { i, n }]));
      expect(engine.setVar('v', object).getVar('v')).toEqual(object);
      if (n === 0) continue;
      const last = `k${n - 1}`;
      engine.eval(`v.${last} = 9007199254740993`);
      expect(thrown(() => engine.getVar('v')).path).toBe(`$.v.${last}`);
      expect(thrown(() => engine.setVar('v', { ...object, [last]: Symbol() })).path).toBe(`$.v.${last}`);
    }
  });

  it('a getter that takes other keys away leaves them empty', () => {
    const engine = make();
    const object = {
      a: 1,
      get b(): number {
        delete (this as { c?: number }).c;
        return 2;
      },
      c: 3,
      d: 4,
    };
    expect(engine.setVar('v', object).getVar('v')).toEqual({ a: 1, b: 2, c: null, d: 4 });
  });

  for (const [name, value, path] of refused) {
    it(`${name} is refused with its path, and the next value works`, async () => {
      const engine = make().registerFunction('give', () => value());
      const error = await rejection(engine.evalAsync('give()'));
      expect(error).toBeInstanceOf(RhaiHostError);
      expect(error.cause).toBeInstanceOf(RhaiValueError);
      expect(error.cause.path).toBe(path);
      expect(thrown(() => engine.setVar('v', value())).path).toBe('$.v' + path.slice(1));
      expect(await engine.evalAsync('try { give() } catch (e) { } 40 + 2')).toBe(42);
    });
  }

  it('depth is bounded by maxValueDepth', async () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    const engine = make({ limits: { maxValueDepth: 10 } }).registerFunction('give', (depth: number) =>
      nested(depth),
    );
    expect(await engine.evalAsync('give(10)')).toEqual(nested(10));
    const error = await rejection(engine.evalAsync('give(11)'));
    expect(error.cause).toBeInstanceOf(RhaiValueError);
    expect(() => make().setVar('deep', nested(5_000))).toThrow(RhaiValueError);
  });

  it('too large a value ends the run before it is copied', async () => {
    const engine = make({ limits: { maxStringBytes: 100, maxArrayLength: 10, maxMapSize: 5 } });
    const give = (value: unknown): Promise<any> =>
      rejection(engine.registerFunction('give', async () => value).evalAsync('try { give() } catch { }'));
    expect(await give('x'.repeat(101))).toMatchObject({ limit: 'maxStringBytes', value: 100 });
    expect(await give(new Array(11))).toMatchObject({ limit: 'maxArrayLength' });
    expect(await give({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 })).toMatchObject({ limit: 'maxMapSize' });
    expect(await give(new Array(2 ** 32 - 1))).toBeInstanceOf(RhaiLimitError);
  });

  it('objects of another realm are what they look like', async () => {
    const engine = make().registerFunction('give', () =>
      runInNewContext('({ a: [1, new Date(5), new Map([["k", new Uint8Array(2)]])] })'),
    );
    expect(await engine.evalAsync('give()')).toEqual({ a: [1, RhaiTimestamp(5), { k: new Uint8Array(2) }] });
  });

  it('a getter may call the engine while its value crosses', async () => {
    const engine = make();
    const value = {
      a: 1,
      get b() {
        return engine.eval<number>('20 + 1');
      },
      get c() {
        engine.setVar('x', { deep: [1] });
        return 3;
      },
    };
    engine.registerFunction('give', async () => value);
    expect(await engine.evalAsync('give()')).toEqual({ a: 1, b: 21, c: 3 });
    expect(engine.setVar('v', value).getVar('v')).toEqual({ a: 1, b: 21, c: 3 });
    expect(engine.getVar('x')).toEqual({ deep: [1] });
  });

  it('megabytes cross both ways', async () => {
    const engine = make().registerFunction('echo', async (x) => x);
    const value = {
      text: 'ä'.repeat(1 << 20),
      bytes: new Uint8Array(1 << 20).fill(7),
      ints: Array.from({ length: 100_000 }, (_, i) => i),
    };
    const back = await engine.evalAsync<typeof value>('echo(v)', { scope: { v: value } });
    expect(back.text === value.text && back.bytes.every((byte, at) => byte === value.bytes[at])).toBe(true);
    expect(JSON.stringify(back.ints) === JSON.stringify(value.ints)).toBe(true);
  });

  it('a thousand different shapes work, then more than fit', async () => {
    const engine = make().registerFunction('echo', async (x) => x);
    for (let i = 0; i < 5_000; i++) {
      const value = { [`key${i}`]: i, same: 1 };
      if (i % 100 === 0) expect(await engine.evalAsync('echo(v)', { scope: { v: value } })).toEqual(value);
      else engine.setVar('v', value);
    }
    expect(engine.getVar('v')).toEqual({ key4999: 4999, same: 1 });
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
