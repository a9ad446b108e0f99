// Hostile values, one test or more for each row of the list of bad inputs (58–71: strings, keys, objects, options).
// long because: one test for each row of one list.
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import {
  RhaiEngine,
  RhaiHostError,
  RhaiLimitError,
  RhaiRange,
  RhaiTimestamp,
  RhaiValueError,
  type EngineOptions,
} from '../../src/entry/node.js';
import { conformance, rejection, thrown } from '../conformance/backend.js';

conformance('bad values', (make) => {
  /** What a host function that returns `value` gives the script, and the script gives back. */
  const through = (value: () => unknown, engine = make()): Promise<any> =>
    engine.registerFunction('give', value).evalAsync('give()');
  const cause = async (value: () => unknown, engine = make()): Promise<any> => {
    const error = await rejection(through(value, engine));
    expect(error).toBeInstanceOf(RhaiHostError);
    expect(await engine.evalAsync('40 + 2')).toBe(42);
    return error.cause;
  };

  it('58: a lone surrogate is refused everywhere, never replaced', async () => {
    for (const text of ['\ud800', 'a\udc00', '\ud800\ud800', 'x'.repeat(100_000) + '\udfff']) {
      expect(await cause(() => text)).toMatchObject({ name: 'RhaiValueError', path: '$' });
      expect(await cause(() => ({ [text]: 1 }))).toBeInstanceOf(RhaiValueError);
      expect(thrown(() => make().setVar('v', [text])).path).toBe('$.v[0]');
      expect(thrown(() => make().eval(`"${text}"`)).name).toBe('RhaiSyntaxError');
    }
    const whole = 'a😀\u{10ffff}é';
    expect(await through(() => whole)).toBe(whole);
  });

  it('59: bytes stay bytes; those that are not UTF-8 become well-formed text only when the script asks', async () => {
    const bytes = Uint8Array.of(0xed, 0xa0, 0x80, 0xff);
    const engine = make();
    expect(await through(() => Buffer.from(bytes), engine)).toEqual(bytes);
    const text = await engine.evalAsync<string>('give().as_string()');
    expect(text.isWellFormed()).toBe(true);
    expect(text).toContain('\ufffd');
  });

  it('60: NUL is a character like any, in text, keys and both directions', async () => {
    const value = { 'a\0b': '\0', '\0': ['x\0y\0'] };
    expect(await through(() => value)).toEqual(value);
    expect(await make().evalAsync('"a\\x00b".len()')).toBe(3);
    expect(await make().evalAsync('"a\\x00b"')).toBe('a\0b');
  });

  it('61: every key is an own data property, both ways; symbol keys do not cross', async () => {
    const keys = [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'then',
      '',
      '0',
      '100000',
      'hasOwnProperty',
    ];
    const value = Object.fromEntries(keys.map((key, index) => [key, index]));
    const back = await through(() => ({ ...value, ['__proto__']: 0, [Symbol('s')]: 1 }));
    expect(Object.keys(back).sort()).toEqual(keys.sort());
    for (const key of keys) {
      expect(Object.getOwnPropertyDescriptor(back, key)).toMatchObject({ writable: true, enumerable: true });
    }
    expect(Object.getOwnPropertySymbols(back)).toEqual([]);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const own = await make().evalAsync<object>('#{ "__proto__": #{ polluted: 1 } }');
    expect(Object.getOwnPropertyDescriptor(own, '__proto__')?.value).toEqual({ polluted: 1 });
  });

  it('62: a result with the key then is a plain result, unless it could be called', async () => {
    expect(await make().evalAsync('#{ then: 1 }')).toEqual({ then: 1 });
    expect((await rejection(make().evalAsync('#{ then: |a| a }'))).path).toBe('$.then');
    expect((await rejection(make().evalAsync('#{ a: [#{ then: Fn("len") }] }'))).path).toBe('$.a[0].then');
  });

  it('63: what contains itself is refused with the way to it', async () => {
    const object: Record<string, unknown> = { a: {} };
    (object['a'] as Record<string, unknown>)['b'] = object;
    const array: unknown[] = [1, []];
    (array[1] as unknown[]).push(array);
    const map = new Map<string, unknown>();
    map.set('k', [map]);
    expect(await cause(() => object)).toMatchObject({
      path: '$.a.b',
      message: expect.stringContaining('itself'),
    });
    expect((await cause(() => array)).path).toBe('$[1][0]');
    expect((await cause(() => map)).path).toBe('$.k[0]');
    expect((await cause(() => new Set([1]))).path).toBe('$');
    const shared = { x: 1 };
    expect(await through(() => [shared, shared])).toEqual([shared, shared]);
  });

  it('64: getters are read once, may change what comes after them, and may throw', async () => {
    let reads = 0;
    const odd = {
      get n() {
        return ++reads;
      },
      get gone() {
        delete (odd as { last?: number }).last;
        return 0;
      },
      last: 1 as number | undefined,
    };
    expect(await through(() => odd)).toEqual({ n: 1, gone: 0, last: null });
    const boom = new Error('no');
    const error = await cause(() => ({
      a: [
        {
          get b() {
            throw boom;
          },
        },
      ],
    }));
    expect(error).toMatchObject({ name: 'RhaiValueError', path: '$.a[0].b', cause: boom });
    const engine = make();
    engine.registerFunction('end', () => ({
      get x() {
        engine.dispose();
        return 1;
      },
    }));
    expect((await rejection(engine.evalAsync('end()'))).name).toBe('RhaiDisposedError');
  });

  it('65: proxies are read like objects, their throwing traps are value errors, their many keys a limit', async () => {
    const trap = (name: keyof ProxyHandler<object>): object =>
      new Proxy(
        {},
        {
          [name]: () => {
            throw new Error(name);
          },
        },
      );
    for (const name of ['ownKeys', 'getPrototypeOf'] as const) {
      expect((await cause(() => ({ p: trap(name) }))).path).toBe('$.p');
    }
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect((await cause(() => [proxy])).path).toBe('$[0]');
    expect(await through(() => new Proxy({ a: [1] }, {}))).toEqual({ a: [1] });
    const keys = Array.from({ length: 1001 }, (_, i) => `k${i}`);
    const many = new Proxy(
      {},
      {
        ownKeys: () => keys,
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
      },
    );
    const limits = { maxMapSize: 1000 };
    expect(await rejection(through(() => many, make({ limits })))).toMatchObject({ limit: 'maxMapSize' });
  });

  it('66: sparse arrays, odd arrays and every kind of buffer are copied or refused', async () => {
    expect(await rejection(through(() => new Array(2 ** 32 - 1)))).toBeInstanceOf(RhaiLimitError);
    // eslint-disable-next-line no-sparse-arrays
    expect(await through(() => [1, , 3])).toEqual([1, null, 3]);
    expect(await through(() => Object.assign([1], { extra: 2 }))).toEqual([1]);
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    for (const view of [
      bytes,
      new DataView(bytes.buffer),
      new Float64Array(bytes.buffer),
      new Uint16Array(bytes.buffer),
    ]) {
      expect(await through(() => view)).toEqual(bytes);
    }
    expect(await through(() => bytes.subarray(2, 4))).toEqual(Uint8Array.of(3, 4));
    const shared = new Uint8Array(new SharedArrayBuffer(2));
    shared.set([7, 8]);
    expect(await through(() => shared)).toEqual(Uint8Array.of(7, 8));
    const Resizable = ArrayBuffer as unknown as new (
      n: number,
      o: object,
    ) => ArrayBuffer & { resize(n: number): void };
    const buffer = new Resizable(4, { maxByteLength: 16 });
    const tracking = new Uint8Array(buffer);
    const fixed = new Uint8Array(buffer, 0, 4);
    buffer.resize(2);
    expect(await through(() => tracking)).toEqual(new Uint8Array(2));
    expect((await cause(() => ({ fixed }))).path).toBe('$.fixed');
    const gone = new Uint8Array(8);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expect((await cause(() => [gone])).path).toBe('$[0]');
  });

  it('67: what has no meaning in a script is refused and named; what has one crosses', async () => {
    const refused = [
      new (class User {})(),
      () => 1,
      Promise.resolve(1),
      new WeakRef({}),
      new WeakMap(),
      /x/,
      new Error('x'),
      new Set([1]),
      Symbol('x'),
      new URL('file:///'),
      new Date(NaN),
      Object.create({ inherited: 1 }) as object,
      new ArrayBuffer(4),
    ];
    for (const value of refused) {
      const error = await cause(() => ({ list: [value] }));
      expect(error).toBeInstanceOf(RhaiValueError);
      expect(error.path).toBe('$.list[0]');
    }
    const kept = [
      new Date(5),
      new Map([['k', 1]]),
      new BigInt64Array([1n]),
      2n ** 62n,
      Object.create(null) as object,
    ];
    expect(await through(() => kept)).toEqual([
      RhaiTimestamp(5),
      { k: 1 },
      Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0),
      2n ** 62n,
      {},
    ]);
    expect(await through(() => RhaiRange(1, 3))).toEqual(RhaiRange(1, 3));
  });

  it('68: objects of another realm are what they look like', async () => {
    const far = runInNewContext(
      '({ o: { a: [1] }, d: new Date(5), m: new Map([["k", 1]]), b: new Uint8Array(2), n: Object.create(null) })',
    ) as object;
    expect(await through(() => far)).toEqual({
      o: { a: [1] },
      d: RhaiTimestamp(5),
      m: { k: 1 },
      b: new Uint8Array(2),
      n: {},
    });
    expect((await cause(() => ({ e: runInNewContext('new Error("x")') as object }))).path).toBe('$.e');
    expect(await through(() => structuredClone({ a: [new Date(1)] }))).toEqual({ a: [RhaiTimestamp(1)] });
  });

  it('69: setters, getters and then on the prototypes change nothing', () => {
    const engine = make().registerFunction('echo', (x: unknown) => x);
    engine.eval('echo(1)'); // an engine in use: modules and cores are loaded
    let touched = '';
    const names = ['0', 'a', 'then', 'value', 'get', 'kind', 'slot', 'length2'];
    const targets = [Object.prototype, Array.prototype, Function.prototype];
    let given: unknown;
    let read: unknown;
    let inner: unknown;
    try {
      for (const target of targets) {
        for (const name of names) {
          const property = Object.create(null) as PropertyDescriptor;
          property.configurable = true;
          property.get = () => undefined;
          property.set = () => void (touched += name === '0' ? '' : name); // lists of our own may meet '0'
          Object.defineProperty(target, name, property);
        }
      }
      given = engine.eval('echo([1, 2, #{ a: 1, value: [3], kind: "x" }, echo([])])');
      read = engine.setVar('v', { a: [1, { kind: 2 }] }).getVar('v');
      inner = engine.eval('v.a[1].kind');
    } finally {
      for (const target of targets)
        for (const name of names) delete (target as unknown as Record<string, unknown>)[name];
    }
    expect(touched).toBe('');
    expect(given).toEqual([1, 2, { a: 1, value: [3], kind: 'x' }, []]);
    expect([read, inner]).toEqual([{ a: [1, { kind: 2 }] }, 2]);
  });

  it('70: what is too large is refused before it is copied', async () => {
    const huge = 'x'.repeat(2 ** 29 - 24);
    const limits = { maxMapSize: 50_000 };
    const wide = Object.fromEntries(Array.from({ length: 50_001 }, (_, i) => [`k${i}`, 0]));
    const before = process.memoryUsage().rss;
    expect(await rejection(through(() => huge))).toMatchObject({ limit: 'maxStringBytes' });
    expect(await rejection(through(() => [[huge]]))).toMatchObject({ limit: 'maxStringBytes' });
    expect(await rejection(through(() => new Array(10_000_000)))).toMatchObject({ limit: 'maxArrayLength' });
    expect(await rejection(through(() => wide, make({ limits })))).toMatchObject({ limit: 'maxMapSize' });
    expect(() => make().setVar('v', huge)).toThrow(RhaiLimitError);
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  });

  it('71: options are checked when they are given, and read once', () => {
    const bad: unknown[] = [
      { limits: { timeoutMs: NaN } },
      { limits: { maxOperations: -1 } },
      { limits: { maxStringBytes: Infinity } },
      { limits: { maxArrayLength: '10' } },
      { limits: { noSuchLimit: 1 } },
      { threads: 0.5 },
      { int64: 'maybe' },
      { noSuchOption: 1 },
      5,
    ];
    for (const options of bad) {
      const make_ = (): unknown => RhaiEngine.createSync(options as EngineOptions);
      expect(make_, JSON.stringify(options)).toThrow(/./);
      expect([TypeError, RangeError]).toContain((thrown(make_) as Error).constructor);
    }
    let reads = 0;
    const limits = Object.freeze({
      get maxOperations() {
        return ++reads === 1 ? 0 : -1;
      },
    });
    const engine = make({ limits });
    expect(engine.eval('let n = 0; while n < 1000 { n += 1 } n')).toBe(1000);
    expect(reads).toBe(1);
    expect(() => engine.evalAsync('1', { timeoutMs: -1 })).toThrow(RangeError);
  });
});
