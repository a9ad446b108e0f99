// Bounds and what is told of them: maxPendingRequests, concurrency, maxConcurrentRuns, warnings, stats, the compile cache.
import { expect, it } from 'vitest';
import { RhaiTimeoutError, RhaiWarning, type EngineOptions } from '../../src/entry/node.js';
import { conformance, delay, gate, rejection, turns, until } from './backend.js';

conformance('bounds', (make) => {
  /** An engine whose function `hold(n)` waits until the test lets it go, and a list of those that have begun. */
  function holding(options: EngineOptions, functionOptions = {}) {
    const begun: number[] = [];
    const doors = new Map<number, ReturnType<typeof gate<number>>>();
    const engine = make(options).registerFunction(
      'hold',
      (n: number) => {
        begun.push(n);
        const door = gate<number>();
        doors.set(n, door);
        return door.promise;
      },
      functionOptions,
    );
    const release = (n: number): void => doors.get(n)!.open(n);
    return { engine, begun, release };
  }

  it('maxPendingRequests: more calls wait with their scripts, in order, and none is lost', async () => {
    const { engine, begun, release } = holding({ maxPendingRequests: 2 });
    const runs = [0, 1, 2, 3, 4].map((n) => engine.evalAsync(`hold(${n})`));
    await until(() => engine.stats().requests.waiting === 3);
    expect(begun).toEqual([0, 1]);
    expect(engine.stats().requests).toMatchObject({ inFlight: 5, waiting: 3 });
    expect(engine.stats().runs.waiting).toBeGreaterThanOrEqual(2);
    for (const n of [1, 0, 2, 3, 4]) {
      await until(() => begun.includes(n));
      release(n);
    }
    expect(await Promise.all(runs)).toEqual([0, 1, 2, 3, 4]);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(engine.stats().requests).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it('functions that answer at once pass a bound of one without nesting', async () => {
    const engine = make({ maxPendingRequests: 1, limits: { computeMs: 0 } })
      .registerFunction('now', (x: number) => x)
      .registerFunction('later', async (x: number) => x, { concurrency: 1 });
    const runs = Array.from({ length: 50 }, (_, n) =>
      engine.evalAsync(`let s = 0; for i in 0..20 { s += now(${n}) + later(1) } s`),
    );
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 50 }, (_, n) => 20 * n + 20));
  });

  it('a call that is cancelled while it waits is never made, one that is cancelled in flight frees its place', async () => {
    const { engine, begun, release } = holding({ maxPendingRequests: 1 });
    const runs = [0, 1, 2].map((n) => engine.evalAsync(`hold(${n})`));
    await until(() => engine.stats().requests.waiting === 2);
    runs[1]!.cancel();
    await rejection(runs[1]!);
    runs[0]!.cancel();
    await rejection(runs[0]!);
    await until(() => begun.includes(2));
    release(2);
    expect(await runs[2]).toBe(2);
    expect(begun).toEqual([0, 2]);
  });

  it('a function’s concurrency and the engine’s bound hold together', async () => {
    const { engine, begun, release } = holding({ maxPendingRequests: 2 }, { concurrency: 1 });
    engine.registerFunction('other', async (x: number) => x);
    const held = [0, 1].map((n) => engine.evalAsync(`hold(${n})`));
    await until(() => begun.length === 1);
    expect(await engine.evalAsync('other(7)')).toBe(7); // the waiting call holds no place
    expect(begun).toEqual([0]);
    release(0);
    await until(() => begun.length === 2);
    release(1);
    expect(await Promise.all(held)).toEqual([0, 1]);
  });

  it('a call that waits for its place is on its clock', async () => {
    const { engine, begun } = holding({ maxPendingRequests: 1, limits: { hostTimeoutMs: 30 } });
    const runs = [0, 1].map((n) => rejection(engine.evalAsync(`hold(${n})`)));
    for (const error of await Promise.all(runs)) expect(error.limit).toBe('hostTimeoutMs');
    expect(begun.length).toBeLessThanOrEqual(2);
    expect(engine.stats().requests).toMatchObject({ inFlight: 0, timedOut: 2 });
  });

  it('an engine without bounds asks nobody', async () => {
    const { engine, begun } = holding({});
    for (let n = 0; n < 300; n++) engine.evalAsync(`hold(${n})`).catch(() => {});
    await until(() => begun.length === 300);
    expect(engine.stats().requests).toMatchObject({ inFlight: 300, waiting: 0 });
  });

  it('runs that wait for maxConcurrentRuns can be cancelled, and end with their engine', async () => {
    const { engine, begun } = holding({ maxConcurrentRuns: 1 });
    const runs = [0, 1, 2].map((n) => engine.evalAsync(`hold(${n})`));
    await until(() => begun.length === 1);
    expect(engine.stats().runs).toMatchObject({ live: 1, queued: 2 });
    runs[1]!.cancel('no more');
    expect((await rejection(runs[1]!)).reason).toBe('no more');
    engine.dispose();
    for (const run of [runs[0]!, runs[2]!]) expect((await rejection(run)).name).toBe('RhaiDisposedError');
    expect(begun).toEqual([0]);
  });

  it('timeoutMs counts waiting for a turn behind maxConcurrentRuns, and says so', async () => {
    const door = gate();
    const engine = make({ maxConcurrentRuns: 1 }).registerFunction('wait', () => door.promise);
    const first = engine.evalAsync('wait()');
    const error = await rejection(engine.evalAsync('1', { timeoutMs: 15, name: 'late.rhai' }));
    expect(error).toBeInstanceOf(RhaiTimeoutError);
    expect(error).toMatchObject({ limit: 'timeoutMs', ms: 15, where: 'queue', script: 'late.rhai' });
    expect(error.spent).toMatchObject({ scriptMs: 0, hostMs: 0 });
    expect(error.spent.queueMs).toBeGreaterThan(10);
    expect(engine.stats().runs).toMatchObject({ queued: 0, failed: 1 });
    door.open(1);
    expect(await first).toBe(1);
  });

  it('a run that waited for its turn has the rest of its timeoutMs, and its wait is in its stats', async () => {
    const door = gate();
    const engine = make({ maxConcurrentRuns: 1 })
      .registerFunction('wait', () => door.promise)
      .registerFunction('never', () => new Promise(() => {}));
    const first = engine.evalAsync('wait()');
    const since = performance.now();
    const second = rejection(engine.evalAsync('never()', { timeoutMs: 300 }));
    const third = engine.evalAsync('1');
    await delay(60);
    door.open(1);
    await first;
    const error = await second;
    const tookMs = performance.now() - since;
    expect(error).toMatchObject({ name: 'RhaiTimeoutError', ms: 300, where: 'host' });
    expect(error.spent.queueMs).toBeGreaterThan(50);
    expect(error.spent.hostMs).toBeLessThan(tookMs - 50);
    await third;
    expect(third.stats.queueMs).toBeGreaterThan(250);
    expect(engine.stats().queueMs).toBeGreaterThan(300);
  });

  it('wrong bounds are refused at construction (71)', () => {
    for (const name of ['maxPendingRequests', 'maxConcurrentRuns']) {
      for (const value of [-1, 1.5, NaN, Infinity]) expect(() => make({ [name]: value })).toThrow(RangeError);
      expect(() => make({ [name]: '5' })).toThrow(TypeError);
      expect(() => make({ [name]: 0 })).not.toThrow();
    }
    for (const concurrency of [0, -1, 1.5, NaN])
      expect(() => make().registerFunction('f', () => 1, { concurrency })).toThrow(RangeError);
    expect(() => make({ onWarning: 5 as never })).toThrow(TypeError);
  });
});

conformance('warnings', (make) => {
  it('a thousand calls that wait for a bound are told, once', async () => {
    const warnings: RhaiWarning[] = [];
    const engine = make({ onWarning: (warning) => warnings.push(warning) });
    engine.registerFunction('slow', () => new Promise(() => {}), { concurrency: 1 });
    for (let n = 0; n < 1100; n++) engine.evalAsync('slow()').catch(() => {});
    await until(() => engine.stats().requests.waiting === 1099);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toBeInstanceOf(RhaiWarning);
    expect(warnings[0]).toMatchObject({
      code: 'RHAI_CALLS_PILE_UP',
      functionName: 'slow',
      name: 'RhaiWarning',
    });
  });

  it('a function that goes on after its runs are over is told, one that obeys its signal is not', async () => {
    const warnings: RhaiWarning[] = [];
    const engine = make({ onWarning: (warning) => warnings.push(warning) });
    engine.registerFunction('deaf', () => new Promise(() => {}));
    engine.registerFunction(
      'good',
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { context: true },
    );
    for (const name of ['good', 'deaf', 'sleep']) {
      for (let n = 0; n < 120; n++) {
        const run = engine.evalAsync(`${name}(${name === 'sleep' ? 100 : ''})`);
        await until(() => run.state === 'waiting');
        run.cancel();
        await rejection(run);
      }
    }
    await turns();
    expect(warnings.map(({ code, functionName }) => [code, functionName])).toEqual([
      ['RHAI_CALL_ABANDONED', 'deaf'],
    ]);
    expect(engine.stats().requests.abandoned).toBe(120);
  });
});

conformance('stats and the compile cache', (make) => {
  it('the same text is compiled once, however often it is compiled, analyzed and run', async () => {
    const engine = make();
    const text = 'fn f(x) { x * 2 } f(21)';
    for (let i = 0; i < 20; i++) {
      engine.compile(text);
      engine.analyze(text);
      expect(engine.eval(text)).toBe(42);
    }
    const { scripts } = engine.stats();
    expect(scripts.kept).toBe(1);
    expect(scripts.hits).toBe(59);
    expect(scripts.compiled).toBeLessThanOrEqual(2);
  });

  it('a function that comes or goes changes what the same text means', () => {
    const engine = make();
    const text = 'fetch(1)';
    expect(engine.analyze(text).hostFunctions).toEqual([]);
    engine.registerFunction('fetch', () => 1);
    expect(engine.analyze(text).hostFunctions).toHaveLength(1);
    engine.unregisterFunction('fetch');
    expect(engine.analyze(text).hostFunctions).toEqual([]);
  });

  it('bytes to the cores and from them are counted', async () => {
    const engine = make();
    expect(engine.stats().bytes).toEqual({ toCores: 0, fromCores: 0 });
    await engine.evalAsync('x.len()', { scope: { x: 'y'.repeat(10_000) } });
    // A worker publishes its counters when its turn ends, which may be just after the answer was read.
    await until(() => engine.stats().bytes.toCores > 10_000);
    expect(engine.stats().bytes.fromCores).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(engine.stats()))).toMatchObject({ runs: { done: 1 } });
  });
});
