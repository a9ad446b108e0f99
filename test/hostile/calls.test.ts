// Hostile host functions, one test or more for each row of the list of bad inputs (72–84: what they throw, return, await).
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  RhaiCancelledError,
  RhaiDisposedError,
  RhaiError,
  RhaiHostError,
  RhaiTimeoutError,
  RhaiValueError,
  type Run,
} from '../../src/entry/node.js';
import { conformance, gate, rejection, thrown, until } from '../conformance/backend.js';

const LONG = process.env['RHAI_BRIDGE_LONG'] === '1';

const hostile = (): object =>
  new Proxy(
    {},
    {
      get() {
        throw new Error('trap');
      },
      getPrototypeOf() {
        throw new Error('trap');
      },
    },
  );

conformance('bad calls', (make) => {
  it('72: whatever is thrown or rejected with is the very cause, with text that is safe', async () => {
    const deep = Array.from({ length: 1000 }).reduce<Error>(
      (cause) => new Error('level', { cause }),
      new Error('root'),
    );
    const loop = new Error('loop');
    loop.cause = loop;
    const getter = Object.defineProperty(new Error(), 'message', {
      get: () => {
        throw new Error('no');
      },
    });
    const values: unknown[] = [
      new (class Custom extends RangeError {})('sub'),
      undefined,
      null,
      Symbol('s'),
      0n,
      hostile(),
      Object.freeze(new Error('frozen')),
      runInNewContext('new TypeError("far")'),
      getter,
      deep,
      loop,
      new AggregateError([new Error('a')], 'many'),
    ];
    for (const value of values) {
      const engine = make()
        .registerFunction('throws', () => {
          throw value;
        })
        .registerFunction('rejects', () => Promise.reject(value as Error));
      for (const call of ['throws()', 'rejects()', 'try { throws() } catch (e) { throw e }']) {
        const error = await rejection(engine.evalAsync(call));
        expect(error).toBeInstanceOf(RhaiHostError);
        expect(Object.is(error.cause, value)).toBe(true);
        expect(JSON.stringify(error).length).toBeLessThan(20_000);
      }
      expect(await engine.evalAsync('40 + 2')).toBe(42);
    }
  });

  it('73: a synchronous throw ends the call and nothing hangs, in eval too', async () => {
    const engine = make().registerFunction('bad', () => {
      throw new Error('now');
    });
    expect((await rejection(engine.evalAsync('bad()'))).message).toBe('now');
    expect(thrown(() => engine.eval('bad()')).message).toBe('now');
    expect(engine.eval('let n = 0; for i in 0..100 { try { bad() } catch { n += 1 } } n')).toBe(100);
  });

  it('74: what is returned crosses, or is a value error', async () => {
    const odd = {
      toString() {
        throw new Error('no');
      },
    };
    const engine = make();
    const give = (value: unknown): Promise<any> => engine.registerFunction('f', () => value).evalAsync('f()');
    expect(await give(undefined)).toBe(null);
    for (const value of [Symbol('x'), () => 1, odd, [hostile()]]) {
      const error = await rejection(give(value));
      expect(error.cause).toBeInstanceOf(RhaiValueError);
    }
    expect(await give('x'.repeat(1 << 20))).toHaveLength(1 << 20);
    expect(await rejection(give('x'.repeat(11 << 20)))).toMatchObject({ limit: 'maxStringBytes' });
  });

  it('75: a thenable settles once, however often it tries', async () => {
    const boom = new Error('boom');
    const cases: [unknown, unknown][] = [
      [{ then: (r: any) => (r(1), r(2), r(3)) }, 1],
      [{ then: (r: any, j: any) => (r(1), j(boom)) }, 1],
      [{ then: (r: any, j: any) => (j(boom), r(1)) }, boom],
      [
        {
          get then() {
            throw boom;
          },
        },
        boom,
      ],
      [{ then: (r: any) => queueMicrotask(() => (r(4), r(5))) }, 4],
    ];
    const engine = make({ limits: { hostTimeoutMs: 300 } });
    for (const [value, expected] of cases) {
      const outcome = engine.registerFunction('f', () => value).evalAsync('f()');
      if (expected === boom) expect((await rejection(outcome)).cause).toBe(boom);
      else expect(await outcome).toBe(expected);
    }
    engine.registerFunction('f', () => ({ then: () => undefined }));
    expect(await rejection(engine.evalAsync('f()'))).toBeInstanceOf(RhaiTimeoutError);
  });

  it('76: a promise is understood whatever was patched on it', async () => {
    class Odd<T> extends Promise<T> {
      static override get [Symbol.species](): PromiseConstructor {
        throw new Error('species');
      }
    }
    const engine = make();
    const give = (make_: () => unknown): Promise<unknown> =>
      engine.registerFunction('f', make_).evalAsync('f()');
    expect(await give(() => Object.assign(Promise.resolve(1), { then: undefined }))).toBe(1);
    expect(
      await give(() =>
        Object.assign(Promise.resolve(2), {
          then: () => {
            throw new Error('no');
          },
        }),
      ),
    ).toBe(2);
    expect(await give(() => Promise.resolve(3))).toBe(3);
    expect(await give(() => runInNewContext('Promise.resolve(4)') as unknown)).toBe(4);
    const odd = Object.defineProperty(Promise.resolve(5), 'constructor', { value: Odd });
    expect((await rejection(give(() => odd))).cause ?? 5).toBeTruthy();
  });

  it('77: a call that never settles ends with its time-out and frees its place', async () => {
    const engine = make({ limits: { hostTimeoutMs: 15 } }).registerFunction(
      'never',
      () => new Promise(() => {}),
    );
    const error = await rejection(engine.evalAsync('never()'));
    expect(error).toMatchObject({ name: 'RhaiTimeoutError', limit: 'hostTimeoutMs', where: 'host' });
    expect(engine.stats().requests).toMatchObject({ inFlight: 0, timedOut: 1 });
    expect(await engine.evalAsync('let r = 0; try { never() } catch { r = 1 } r')).toBe(1);
  });

  it('78: what settles too late is dropped and counted', async () => {
    const late = [gate(), gate(), gate()];
    let calls = 0;
    const engine = make().registerFunction('wait', () => late[calls++]!.promise);
    expect((await rejection(engine.evalAsync('wait()', { limits: { hostTimeoutMs: 10 } }))).name).toBe(
      'RhaiTimeoutError',
    );
    const run = engine.evalAsync('wait()');
    await until(() => calls === 2);
    run.cancel();
    await rejection(run);
    late[0]!.open(1);
    late[1]!.fail(new Error('late'));
    await until(() => engine.stats().requests.late === 2);
    const last = engine.evalAsync('wait()');
    await until(() => calls === 3);
    engine.dispose();
    expect(await rejection(last)).toBeInstanceOf(RhaiDisposedError);
    late[2]!.open(1);
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('79: cancel and answer in the same turn, in any order, give exactly one outcome', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('answer', 'fail', 'cancel', 'turn'), { maxLength: 6 }),
        async (order) => {
          const answer = gate<number>();
          const engine = make().registerFunction('wait', () => answer.promise);
          const run = engine.evalAsync('wait()');
          let outcomes = 0;
          const ended = run.then(
            () => void outcomes++,
            () => void outcomes++,
          );
          for (const what of [...order, 'answer']) {
            if (what === 'answer') answer.open(1);
            else if (what === 'fail') answer.fail(new Error('no'));
            else if (what === 'cancel') run.cancel();
            else await new Promise((resolve) => setImmediate(resolve));
          }
          await ended;
          await until(() => engine.stats().requests.inFlight === 0);
          const { started, done, failed, cancelled, live } = engine.stats().runs;
          expect([outcomes, done + failed + cancelled, live]).toEqual([1, started, 0]);
          engine.dispose();
        },
      ),
      { numRuns: LONG ? 2_000 : 60 },
    );
  });

  it('80: calls that end at once neither recurse nor starve timers', async () => {
    const engine = make({ limits: { computeMs: 0 } }).registerFunction('id', (x: number) => x);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const n = LONG ? 1_000_000 : 50_000;
    expect(await engine.evalAsync(`let s = 0; for i in 0..${n} { s += id(1) } s`)).toBe(n);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });

  it('81: ten thousand calls in flight at once, from as many runs', async () => {
    const go = gate<number>();
    const engine = make().registerFunction('wait', () => go.promise);
    const runs = Array.from({ length: 10_000 }, () => engine.evalAsync('wait() + 1'));
    await until(() => engine.stats().requests.inFlight === 10_000);
    go.open(1);
    expect(new Set(await Promise.all(runs))).toEqual(new Set([2]));
  });

  it('82: runs may nest two hundred deep, and eval in eval on one scope', async () => {
    const engine = make();
    engine.registerFunction('down', (n: number) => (n === 0 ? 0 : engine.evalAsync(`down(${n - 1}) + 1`)));
    expect(await engine.evalAsync('down(200)')).toBe(200);
    engine.registerFunction('inner', () => engine.eval('x += 1; x'));
    expect(engine.setVar('x', 1).eval('inner(); inner()')).toBe(3);
    engine.registerFunction('deep', (n: number): unknown =>
      n === 0 ? 0 : engine.eval(`deep(${n - 1}) + 1`),
    );
    expect(engine.eval('deep(50)')).toBe(50);
  });

  it('83: runs that wait for runs never fill up the threads', async () => {
    const engine = make({ threads: 1 });
    engine.registerFunction('child', (n: number) =>
      engine.evalAsync(`let s = 0; for i in 0..${n} { s += i } s`),
    );
    const runs = Array.from({ length: 64 }, (_, i) => engine.evalAsync(`child(${i}) + child(1)`));
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 64 }, (_, i) => (i * (i - 1)) / 2 + 0));
  });

  it('84: a host function may end its engine, its run, another run, or wait for itself', async () => {
    const engine = make();
    const runs: Run[] = [];
    engine.registerFunction('own', () => void runs[0]!.cancel('mine'));
    engine.registerFunction('sibling', () => void runs[1]!.cancel('yours'));
    engine.registerFunction('never', () => new Promise(() => {}));
    runs[0] = engine.evalAsync('own(); loop {}');
    expect(await rejection(runs[0])).toMatchObject({ reason: 'mine' });
    runs[1] = engine.evalAsync('never()');
    expect(await engine.evalAsync('sibling(); 5')).toBe(5);
    expect(await rejection(runs[1])).toBeInstanceOf(RhaiCancelledError);
    engine.registerFunction('itself', () => runs[2]);
    runs[2] = engine.evalAsync('itself()', { timeoutMs: 30 });
    expect(await rejection(runs[2])).toBeInstanceOf(RhaiTimeoutError);
    engine.registerFunction('end', () => engine.dispose());
    const error = await rejection(engine.evalAsync('end(); 1'));
    expect(error).toBeInstanceOf(RhaiDisposedError);
    expect(error).toBeInstanceOf(RhaiError);
  });
});
