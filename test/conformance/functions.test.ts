// Functions of scripts in the hands of the host: closures that are returned, passed or thrown, called again and again.
import { expect, it } from 'vitest';
import {
  RhaiCancelledError,
  RhaiDisposedError,
  RhaiHostError,
  RhaiLimitError,
  RhaiRuntimeError,
  RhaiValueError,
  type RhaiFunction,
} from '../../src/entry/node.js';
import { conformance, gate, rejection, thrown } from './backend.js';

conformance('functions of scripts', (make, variant) => {
  const inline = variant.options.mode === 'inline';

  it('a returned closure is an async function, as often as it is called', async () => {
    const engine = make();
    const add = await engine.evalAsync<RhaiFunction>('let base = 40; |x| base + x');
    expect(typeof add).toBe('function');
    expect(await add(2)).toBe(42);
    expect(await Promise.all([add(1), add(2), add(3)])).toEqual([41, 42, 43]);
    const run = add(5);
    expect(run.id).toBeGreaterThan(0);
    expect(await run).toBe(45);
    expect(run.stats.operations).toBeGreaterThanOrEqual(0);
  });

  it('captured variables are shared by all calls, and between closures', async () => {
    const { inc, get } = await make().evalAsync<Record<string, RhaiFunction>>(
      'let n = 0; #{ inc: || { n += 1; n }, get: || n }',
    );
    expect([await inc!(), await inc!(), await get!()]).toEqual([1, 2, 2]);
  });

  it('it keeps its program: functions of the script, host functions, callbacks, constants, this', async () => {
    const engine = make().registerFunction('http', async (x: number) => x * 2);
    const f = await engine.evalAsync<RhaiFunction>(`
      const K = 3;
      fn double(x) { http(x) }
      |list| list.map(|x| double(x)).filter(|x| x > 2).reduce(|a, b| a + b, 0) + global::K`);
    engine.clearScope();
    for (let i = 0; i < 50; i++) await engine.evalAsync(`${i}`);
    expect(await f([1, 2, 3])).toBe(13);
  });

  it('pointers by name, to the script, the host and natives', async () => {
    const engine = make().registerFunction('host', async (a: number, b: number) => a - b);
    const [own, host, native, curried] = await engine.evalAsync<RhaiFunction[]>(
      'fn own(x) { x + 1 } [Fn("own"), Fn("host"), Fn("len"), Fn("host").curry(10)]',
    );
    expect(await own!(1)).toBe(2);
    expect(await host!(5, 3)).toBe(2);
    expect(await native!('four')).toBe(4);
    expect(await curried!(4)).toBe(6);
    expect(own!.name).toBe('own');
  });

  it('arguments and results of closures are values like any, closures too', async () => {
    const engine = make();
    const pair = await engine.evalAsync<RhaiFunction[]>(
      '[|f, g| |x| f.call(g.call(x)), |x| x + 1, |x| x * 2]',
    );
    const both = (await pair[0]!(pair[1], pair[2])) as RhaiFunction;
    expect(await both(5)).toBe(11);
  });

  it('a host function gets it as an argument, and may call it while its run waits', async () => {
    const engine = make().registerFunction(
      'each',
      async (list: number[], f: RhaiFunction<[number], number>) => {
        const out: number[] = [];
        for (const item of list) out.push(await f(item));
        return out;
      },
    );
    expect(
      await engine.evalAsync('let sum = 0; let r = each([1, 2, 3], |x| { sum += x; x * 10 }); [r, sum]'),
    ).toEqual([[10, 20, 30], 6]);
  });

  it('also with one run at a time, and deep', async () => {
    const engine = make({ maxConcurrentRuns: 1 }).registerFunction('again', (f: RhaiFunction, n: number) =>
      f(n),
    );
    const script = 'fn down(n) { if n == 0 { 0 } else { again(|k| k + 1, n) } } down(7)';
    expect(await engine.evalAsync(script)).toBe(8);
  });

  it('passed back to its core it is the same closure', async () => {
    const seen: unknown[] = [];
    const engine = make().registerFunction('echo', async (f: unknown) => (seen.push(f), f));
    const same = await engine.evalAsync(
      'let n = 1; let f = || { n += 1; n }; let g = echo(f); g.call(); f.call(); n',
    );
    expect(same).toBe(3);
    const again = await engine.evalAsync('let f = |x| x; echo(f); echo(f); echo([f, f]); f');
    expect(new Set([...seen.slice(1, 3), ...(seen[3] as unknown[]), again]).size).toBe(1);
  });

  it('its errors are those of a run: position, trace, cause, limits', async () => {
    const boom = new Error('boom');
    const engine = make().registerFunction('bad', () => Promise.reject(boom));
    const f = await engine.evalAsync<RhaiFunction>('|x| {\n  if x == 0 { 1 / x } else { bad() }\n}', {
      name: 'closures.rhai',
      limits: { maxOperations: 5_000 },
    });
    expect(await rejection(f(0))).toMatchObject({
      kind: 'ErrorArithmetic',
      line: 2,
      script: 'closures.rhai',
    });
    const error = await rejection(f(1));
    expect(error).toBeInstanceOf(RhaiHostError);
    expect(error.cause).toBe(boom);
    expect(await rejection(f())).toBeInstanceOf(RhaiRuntimeError);
    expect(await rejection(f(Symbol('x')))).toMatchObject({ name: 'RhaiValueError', path: '$[0]' });
    const loop = await engine.evalAsync<RhaiFunction>('|| { loop {} }', { limits: { maxOperations: 5_000 } });
    expect(await rejection(loop())).toBeInstanceOf(RhaiLimitError);
  });

  it('a call can be cancelled and the closure lives on', async () => {
    const started = gate<void>();
    const engine = make().registerFunction('wait', (x: number) =>
      x === 0 ? 1 : (started.open(), new Promise(() => {})),
    );
    const f = await engine.evalAsync<RhaiFunction>('|x| wait(x)');
    const run = f(1);
    await started.promise;
    run.cancel('enough');
    expect(await rejection(run)).toBeInstanceOf(RhaiCancelledError);
    expect(await f(0)).toBe(1);
  });

  it('disposed it is let go, and every use of it is refused', async () => {
    const engine = make();
    const f = await closure(engine);
    expect(engine.stats().functions).toBe(1);
    f.dispose();
    f.dispose();
    expect(f.disposed).toBe(true);
    expect(engine.stats().functions).toBe(0);
    expect(await rejection(f(1))).toBeInstanceOf(RhaiDisposedError);
    expect(await rejection(engine.evalAsync('g', { scope: { g: f } }))).toMatchObject({
      name: 'RhaiValueError',
      path: '$.g',
      message: expect.stringContaining('disposed'),
    });
    f[Symbol.dispose]?.();
  });

  it('the end of the engine is its end', async () => {
    const engine = make();
    const f = await closure(engine);
    engine.dispose();
    expect(f.disposed).toBe(true);
    expect(await rejection(f(1))).toBeInstanceOf(RhaiDisposedError);
    f.dispose();
  });

  it('it never leaves its core: another engine, and a plain JavaScript function, are refused with the path', async () => {
    const f = await closure(make());
    const other = make();
    const error = await rejection(other.evalAsync('v.f', { scope: { v: { f } } }));
    expect(error).toBeInstanceOf(RhaiValueError);
    expect(error.path).toBe('$.v.f');
    expect(error.message).toContain('another core');
    const plain = await rejection(other.evalAsync('v', { scope: { v: [() => 1] } }));
    expect(plain).toMatchObject({ name: 'RhaiValueError', path: '$.v[0]' });
  });

  it('under the key then it is refused: a promise would adopt it', async () => {
    const engine = make().registerFunction('see', (x: unknown) => x);
    const error = await rejection(engine.evalAsync('#{ a: 1, then: |r| r }'));
    expect(error).toBeInstanceOf(RhaiValueError);
    expect(error.path).toBe('$.then');
    expect((await rejection(engine.evalAsync('[#{ then: || 1 }]'))).path).toBe('$[0].then');
    const host = await rejection(engine.evalAsync('see(#{ then: || 1 })'));
    expect(host.cause).toBeInstanceOf(RhaiValueError);
    expect(await engine.evalAsync('#{ then: 5 }')).toEqual({ then: 5 });
  });

  it("the engine's scope: eval keeps closures, copies for runs refuse them by name", async () => {
    const engine = make();
    engine.eval('let n = 1; let inc = |by| { n += by; n };');
    expect(engine.eval('inc.call(4)')).toBe(5);
    const inc = engine.getVar<RhaiFunction>('inc')!;
    expect(await inc(5)).toBe(10);
    inc.dispose();
    const again = engine.getVar<RhaiFunction>('inc')!;
    expect(await again(1)).toBe(11);
    const error = await rejection(engine.evalAsync('1'));
    expect(error).toBeInstanceOf(RhaiValueError);
    expect(error.path).toBe('$.inc');
    engine.clearScope();
    expect(await engine.evalAsync('1')).toBe(1);
  });

  it('commit refuses them by name, and the scope takes those of its own core', async () => {
    const engine = make();
    const error = await rejection(engine.evalAsync('let f = |x| x; 1', { commit: true }));
    expect(error).toBeInstanceOf(RhaiValueError);
    expect(error.path).toBe('$.f');
    const home = engine.eval<RhaiFunction>('|x| x * 2');
    engine.setVar('twice', home);
    expect(engine.eval('twice.call(21)')).toBe(42);
    if (inline) return;
    const worker = await engine.clearScope().evalAsync<RhaiFunction>('|x| x');
    expect(thrown(() => engine.setVar('f', worker)).path).toBe('$.f');
  });

  it('a thrown closure is the value of the error', async () => {
    const error = await rejection(make().evalAsync('let n = 5; throw |x| n + x'));
    expect(await error.value(1)).toBe(6);
  });

  it('a captured variable that is lent to a callback in progress is a data race, not a crash', async () => {
    const engine = make().registerFunction('now', (f: RhaiFunction) => f());
    const error = await rejection(engine.evalAsync('let a = [1, 2]; let f = || a.len(); a.map(|x| now(f))'));
    expect(error).toBeInstanceOf(RhaiRuntimeError);
    expect(await engine.evalAsync('40 + 2')).toBe(42);
  });

  it('ten thousand closures come and go', async () => {
    const engine = make();
    const list = await engine.evalAsync<RhaiFunction[]>(
      'let l = []; for i in 0..10000 { let k = i; l.push(|| k); } l',
    );
    expect(await Promise.all([list[0]!(), list[9_999]!()])).toEqual([0, 9_999]);
    for (const f of list) f.dispose();
    expect(engine.stats().functions).toBe(0);
  });
});

function closure(
  engine: ReturnType<Parameters<Parameters<typeof conformance>[1]>[0]>,
): Promise<RhaiFunction> {
  return engine.evalAsync<RhaiFunction>('|x| x + 1');
}
