// Limits end a run with an error that names them; the engine lives on. Time limits count what they say they count.
import { expect, it } from 'vitest';
import {
  RhaiHostError,
  RhaiLimitError,
  RhaiTimeoutError,
  secureDefaults,
  strict,
  unlimited,
  type RhaiEngine,
} from '../../src/entry/node.js';
import { conformance, gate, rejection, thrown, turns, until } from './backend.js';

async function livesOn(engine: RhaiEngine): Promise<void> {
  expect(await engine.evalAsync('40 + 2')).toBe(42);
  expect(engine.eval('40 + 2')).toBe(42);
}

conformance('limits', (make) => {
  const endless = 'loop { let y = 1; }';
  it('loop {} ends under maxOperations', async () => {
    const engine = make({ limits: { maxOperations: 100_000 } });
    const error = await rejection(engine.evalAsync(`let x = 1;\nfor i in 0..1000000000 { x += i; }`));
    expect(error).toBeInstanceOf(RhaiLimitError);
    expect(error).not.toBeInstanceOf(RhaiTimeoutError);
    expect(error).toMatchObject({
      code: 'RHAI_LIMIT',
      limit: 'maxOperations',
      value: 100_000,
      position: { line: 2 },
    });
    expect(thrown(() => engine.eval(endless))).toMatchObject({ limit: 'maxOperations' });
    await livesOn(engine);
  });

  it('a text given to parse_json is data: nothing in it runs, within limits or without', async () => {
    const engine = make({ limits: { maxOperations: 100_000 } });
    for (const text of ['{"a": eval("loop {}")}', '{"a": [1].map(|x| x)}', '{"a": 1 + 2}']) {
      const error = await rejection(engine.evalAsync('parse_json(text)', { scope: { text } }));
      expect(error.message).toContain('JSON holds data, no expressions');
    }
    const text = '{"a": [-1, 2.5, "x", null, {}]}';
    expect(await engine.evalAsync('parse_json(text)', { scope: { text } })).toEqual({
      a: [-1, 2.5, 'x', null, {}],
    });
    await livesOn(engine);
  });

  it('an operation is one back-edge, one call of a function, or one call of the host', async () => {
    const engine = make().registerFunction('host', async () => 1);
    const count = async (script: string): Promise<number> => {
      const run = engine.evalAsync(script);
      await run;
      return run.stats.operations;
    };
    const [none, loop, own, host] = [
      await count('1'),
      await count('for i in 0..10 {}'),
      await count('fn f() {} f(); f(); f();'),
      await count('host(); host(); host();'),
    ];
    expect([none, loop, own, host]).toEqual([0, 10, 3, 3]);
    const calls = 'host();'.repeat(11);
    const error = await rejection(engine.evalAsync(calls, { limits: { maxOperations: 10 } }));
    expect(error).toMatchObject({ limit: 'maxOperations', value: 10 });
    expect(error.position).toEqual({ line: 1, column: 71 });
    expect(await engine.evalAsync(calls, { limits: { maxOperations: 11 } })).toBe(1);
  });

  it('a limit cannot be caught', async () => {
    const engine = make({ limits: { maxOperations: 10_000 } });
    const scripts = [
      'while true { try { loop {} } catch { } }',
      'try { [1].map(|x| { loop {} }) } catch { }',
      'try { let a = [3, 1, 2]; a.sort(|a, b| { loop {} }) } catch { }',
    ];
    for (const script of scripts)
      expect(await rejection(engine.evalAsync(script))).toMatchObject({ limit: 'maxOperations' });
    await livesOn(engine);
  });

  it('loop {} ends under timeoutMs, and says where the time went', async () => {
    const engine = make();
    const error = await rejection(engine.evalAsync(endless, { timeoutMs: 30 }));
    expect(error).toBeInstanceOf(RhaiTimeoutError);
    expect(error).toBeInstanceOf(RhaiLimitError);
    expect(error).toMatchObject({ code: 'RHAI_TIMEOUT', limit: 'timeoutMs', ms: 30 });
    expect(Object.keys(error.spent).sort()).toEqual(['hostMs', 'queueMs', 'scriptMs']);
    expect(thrown(() => engine.eval(endless, { timeoutMs: 30 }))).toMatchObject({ limit: 'timeoutMs' });
    await livesOn(engine);
  });

  it('computeMs counts the script’s own time only', async () => {
    const engine = make({ limits: { computeMs: 40 } });
    const door = gate<number>();
    engine.registerFunction('wait', () => door.promise);
    const run = engine.evalAsync('wait() + 1');
    setTimeout(() => door.open(1), 120);
    expect(await run).toBe(2);
    expect(await rejection(engine.evalAsync(endless))).toMatchObject({
      limit: 'computeMs',
      where: 'script',
      ms: 40,
    });
    await livesOn(engine);
  });

  it('recursion, string length, array length, map size and output are bounded', async () => {
    const engine = make({
      onPrint: () => {},
      limits: {
        maxCallDepth: 50,
        maxStringBytes: 1000,
        maxArrayLength: 100,
        maxMapSize: 50,
        maxOutputBytes: 1000,
      },
    });
    const cases: [string, string][] = [
      ['fn f(x) { f(x + 1) } f(0)', 'maxCallDepth'],
      ['let s = "x"; loop { s += s; }', 'maxStringBytes'],
      ['let a = []; loop { a.push(1); }', 'maxArrayLength'],
      ['let m = #{}; let i = 0; loop { m[`k${i}`] = i; i += 1; }', 'maxMapSize'],
      ['loop { print("hello hello hello"); }', 'maxOutputBytes'],
    ];
    for (const [script, limit] of cases)
      expect(await rejection(engine.evalAsync(script)), script).toMatchObject({ limit });
    await livesOn(engine);
  });

  it('who holds more than maxMemoryBytes ends alone (38, 40)', async () => {
    const limits = { maxMemoryBytes: 4 << 20, maxStringBytes: 0, maxArrayLength: 0, maxMapSize: 0 };
    const engine = make({ limits });
    const door = gate<number>();
    engine.registerFunction('wait', () => door.promise);
    const bystander = engine.evalAsync('wait() + 1');
    const bombs = [
      'let s = "abcdefgh"; loop { s += s; }',
      'let a = [1]; loop { a += a; }',
      'let s = ""; s.pad(1000000000, "y"); s',
      'let m = #{}; let i = 0; loop { m[`key ${i}`] = i; i += 1; }',
      'let f = |x, y| x; let a = [1, 2, 3]; loop { a.push(a); f = f.curry(a); }',
    ];
    // In a block: what `eval` leaves in the engine's scope, later runs hold too.
    for (const bomb of bombs.map((text) => `{ ${text} }`)) {
      expect(await rejection(engine.evalAsync(bomb)), bomb).toMatchObject({ limit: 'maxMemoryBytes' });
      expect(
        thrown(() => engine.eval(bomb)),
        bomb,
      ).toMatchObject({ limit: 'maxMemoryBytes' });
    }
    door.open(1);
    expect(await bystander).toBe(2);
    await livesOn(engine);
  });

  it('a deadline holds inside a long native', async () => {
    const engine = make({ limits: { computeMs: 30, maxStringBytes: 0 } });
    const long =
      'let s = "ab"; s.pad(3000000, "ab"); let n = 0; loop { s.replace("b", "cb"); s.replace("cb", "b"); }';
    const began = performance.now();
    expect(await rejection(engine.evalAsync(long))).toMatchObject({ limit: 'computeMs' });
    expect(performance.now() - began).toBeLessThan(5_000);
    await livesOn(engine);
  });

  it('a source larger than maxSourceBytes is refused', async () => {
    const engine = make({ limits: { maxSourceBytes: 100 } });
    expect(() => engine.eval('1 + '.repeat(100) + '1')).toThrow(RhaiLimitError);
    expect(() => engine.analyze('é'.repeat(101))).toThrow(RhaiLimitError);
    await livesOn(engine);
  });

  it('limits of one run do not touch another', async () => {
    const engine = make();
    const results = await Promise.allSettled([
      engine.evalAsync('for i in 0..1000 {} 1', { limits: { maxOperations: 100 } }),
      engine.evalAsync('for i in 0..1000 {} 2'),
      engine.evalAsync('for i in 0..1000 {} 3', { limits: { maxOperations: 10_000 } }),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  it('hundreds of different limits work', async () => {
    const engine = make();
    const runs = Array.from({ length: 600 }, (_, i) =>
      engine.evalAsync('for i in 0..1000 {} 1', { limits: { maxOperations: i % 2 ? 100_000 + i : 100 + i } }),
    );
    const results = await Promise.allSettled(runs);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(300);
  });

  const never = (): Promise<never> => new Promise(() => {});
  it('a host call that never settles ends under hostTimeoutMs; the script may catch it', async () => {
    const engine = make({ limits: { hostTimeoutMs: 30 } }).registerFunction('never', never);
    const error = await rejection(engine.evalAsync('let a = 1;\nnever()'));
    expect(error).toBeInstanceOf(RhaiTimeoutError);
    expect(error).toMatchObject({ limit: 'hostTimeoutMs', where: 'host', ms: 30, position: { line: 2 } });
    expect(await engine.evalAsync('let x = 0; try { never() } catch (e) { x = 42 } x')).toBe(42);
    expect(engine.stats().requests).toMatchObject({ inFlight: 0, timedOut: 2 });
    await livesOn(engine);
  });

  it('a function’s own timeoutMs wins over hostTimeoutMs', async () => {
    const engine = make({ limits: { hostTimeoutMs: 60_000 } }).registerFunction('never', never, {
      timeoutMs: 20,
    });
    expect(await rejection(engine.evalAsync('never()'))).toMatchObject({ limit: 'hostTimeoutMs', ms: 20 });
    engine.registerFunction('never', never, { timeoutMs: 25 });
    expect(await rejection(engine.evalAsync('never()'))).toMatchObject({ ms: 25 });
  });

  it('timeoutMs counts waiting for the host', async () => {
    const engine = make().registerFunction('never', never);
    const error = await rejection(engine.evalAsync('never()', { timeoutMs: 30 }));
    expect(error).toMatchObject({ limit: 'timeoutMs', where: 'host' });
    expect(error.spent.hostMs).toBeGreaterThan(15);
    await livesOn(engine);
  });

  it('the signal of a host function aborts with the very error that ends its run', async () => {
    const signals: AbortSignal[] = [];
    const engine = make().registerFunction(
      'never',
      ({ signal }) => (signals.push(signal), new Promise(() => {})),
      { context: true },
    );
    const late = await rejection(engine.evalAsync('never()', { timeoutMs: 15 }));
    expect(late).toBeInstanceOf(RhaiTimeoutError);
    const run = engine.evalAsync('never()');
    await until(() => run.state === 'waiting');
    run.cancel();
    const cancelled = await rejection(run);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(signals[0]!.reason).toBe(late);
    expect(signals[1]!.reason).toBe(cancelled);
  });

  it('the signal of a host function aborts when its call times out', async () => {
    const aborted = gate<any>();
    const engine = make().registerFunction(
      'never',
      (context) => {
        context.signal.addEventListener('abort', () => aborted.open(context.signal.reason));
        return never();
      },
      { context: true, timeoutMs: 20 },
    );
    await rejection(engine.evalAsync('never()'));
    expect(await aborted.promise).toBeInstanceOf(RhaiTimeoutError);
  });

  it('an answer that comes late is dropped and counted, and answers nothing else', async () => {
    const doors: ReturnType<typeof gate>[] = [];
    const engine = make().registerFunction('wait', () => {
      const door = gate();
      doors.push(door);
      return door.promise;
    });
    await rejection(engine.evalAsync('wait()', { timeoutMs: 20 }));
    const next = engine.evalAsync('wait()');
    await until(() => doors.length === 2);
    doors[0]!.open('late');
    await turns(5);
    expect(next.state).toBe('waiting');
    doors[1]!.open('mine');
    expect(await next).toBe('mine');
    expect(engine.stats().requests.late).toBe(1);
  });

  it('a timed-out call frees its place in a function with a concurrency bound', async () => {
    const engine = make().registerFunction('never', (x: number) => (x === 0 ? never() : Promise.resolve(x)), {
      concurrency: 1,
      timeoutMs: 20,
    });
    await rejection(engine.evalAsync('never(0)'));
    expect(await engine.evalAsync('never(5)')).toBe(5);
  });

  it('the profiles are complete and checked', async () => {
    for (const limits of [secureDefaults(), strict(), unlimited()]) await livesOn(make({ limits }));
    expect(Object.values(unlimited()).every((value) => value === 0)).toBe(true);
    expect(await rejection(make({ limits: strict() }).evalAsync(endless))).toMatchObject({
      limit: 'maxOperations',
      value: 100_000,
    });
  });

  it('a host function that blocks the thread does not stop the clock', async () => {
    const engine = make().registerFunction('block', async () => {
      const end = performance.now() + 60;
      while (performance.now() < end);
      return 1;
    });
    const error = await rejection(engine.evalAsync('block() + block()', { timeoutMs: 30 }));
    expect(error).toBeInstanceOf(RhaiTimeoutError);
    expect(error).not.toBeInstanceOf(RhaiHostError);
    await livesOn(engine);
  });
});
