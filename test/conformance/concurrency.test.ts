// Many runs at once: nobody waits for somebody else's host function, and a busy script delays others by slices only.
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it } from 'vitest';
import { conformance, delay, gate, isBrowser, rejection, turns, until } from './backend.js';

conformance('concurrency', (make, variant) => {
  it('runs finish in the order of their waits, not of their starts', async () => {
    const doors = Array.from({ length: 100 }, () => gate<number>());
    const engine = make().registerFunction('wait', (i: number) => doors[i]!.promise);
    const finished: number[] = [];
    const runs = doors.map((_, i) =>
      engine.evalAsync<number>(`wait(${i})`).then((value) => finished.push(value)),
    );
    await until(() => engine.stats().requests.inFlight === 100);
    const order = doors.map((_, i) => (i * 37) % 100);
    for (const i of order) {
      doors[i]!.open(i);
      await until(() => finished.length > 0 && finished.at(-1) === i);
    }
    await Promise.all(runs);
    expect(finished).toEqual(order);
  });

  it('a short wait is not held up by a long one', async () => {
    const engine = make().registerFunction('wait', async (ms: number) => {
      await delay(ms);
      return ms;
    });
    const finished: number[] = [];
    const runs = [500, 20, 200, 60].map((ms) =>
      engine.evalAsync<number>(`wait(${ms})`).then((value) => finished.push(value)),
    );
    await Promise.all(runs);
    expect(finished).toEqual([20, 60, 200, 500]);
  });

  it('five concurrent increments of a host counter give five values', async () => {
    let counter = 0;
    const engine = make().registerFunction('next', async () => ++counter);
    const values = await Promise.all(Array.from({ length: 5 }, () => engine.evalAsync('next()')));
    expect([...values].sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('runs never see each other', async () => {
    const engine = make().registerFunction('id', async (x: number) => x);
    const values = await Promise.all(
      Array.from({ length: 50 }, (_, i) => engine.evalAsync(`let mine = ${i}; id(1); mine += id(1); mine`)),
    );
    expect(values).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  it('a busy script does not hold up the others', async () => {
    const engine = make({ limits: { computeMs: 0 } }).registerFunction('id', async (x: number) => x);
    const busy = engine.evalAsync('loop {}');
    expect(await engine.evalAsync('id(1) + id(2) + id(3)')).toBe(6);
    busy.cancel();
    await rejection(busy);
  });

  it('one engine takes ten thousand waiting runs and ends them all', async () => {
    const door = gate<number>();
    const engine = make().registerFunction('wait', () => door.promise);
    const runs = Array.from({ length: 10_000 }, () => engine.evalAsync<number>('wait() + 1'));
    await until(() => engine.stats().requests.inFlight === 10_000);
    expect(engine.stats().runs).toMatchObject({ live: 10_000, waiting: 10_000 });
    door.open(41);
    expect(new Set(await Promise.all(runs))).toEqual(new Set([42]));
    expect(engine.stats().runs.live).toBe(0);
  });

  it('sixty engines at once work', async () => {
    const engines = Array.from({ length: 60 }, (_, i) => make().registerFunction('who', async () => i));
    const values = await Promise.all(engines.map((engine) => engine.evalAsync('who()')));
    expect(values).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  it('several workers share the runs', async () => {
    if (variant.options.mode === 'inline') return;
    const door = gate<number>();
    const engine = make({ threads: 3 }).registerFunction('wait', () => door.promise);
    const runs = Array.from({ length: 30 }, () => engine.evalAsync('wait()'));
    await until(() => engine.stats().requests.inFlight === 30);
    expect(engine.stats().cores.map((core: any) => core.liveRuns)).toEqual([10, 10, 10]);
    door.open(1);
    await Promise.all(runs);
  });

  it('maxConcurrentRuns lets the others wait; a higher priority goes first', async () => {
    const doors = new Map<string, ReturnType<typeof gate>>();
    const started: string[] = [];
    const engine = make({ maxConcurrentRuns: 2 }).registerFunction('enter', (name: string) => {
      started.push(name);
      doors.set(name, gate());
      return doors.get(name)!.promise;
    });
    const run = (name: string, priority = 0): Promise<unknown> =>
      engine.evalAsync(`enter("${name}")`, { priority });
    const runs = [run('a'), run('b'), run('c'), run('d', 5)];
    await until(() => started.length === 2);
    await turns(5);
    expect(started).toEqual(['a', 'b']);
    expect(engine.stats().runs.queued).toBe(2);
    doors.get('b')!.open(1);
    await until(() => started.length === 3);
    expect(started[2]).toBe('d');
    doors.get('a')!.open(1);
    await until(() => started.length === 4);
    for (const door of doors.values()) door.open(1);
    await Promise.all(runs);
  });

  it('host functions run in the async context of evalAsync’s caller, where there is such a thing', async () => {
    expect(make().capabilities.asyncContext).toBe(!isBrowser);
    if (isBrowser) return;
    const storage = new AsyncLocalStorage<string>();
    const engine = make().registerFunction('who', async () => {
      const before = storage.getStore() ?? 'nobody';
      await turns(1);
      return before + '/' + (storage.getStore() ?? 'nobody');
    });
    const outside = engine.evalAsync('who() + "," + who()');
    const runs = ['alice', 'bob'].map((name) =>
      storage.run(name, () => engine.evalAsync('who() + "," + who()')),
    );
    expect(await Promise.all([outside, ...runs])).toEqual([
      'nobody/nobody,nobody/nobody',
      'alice/alice,alice/alice',
      'bob/bob,bob/bob',
    ]);
  });

  it('a listener gets what its own run prints', async () => {
    const lines: string[] = [];
    const engine = make({
      onPrint: (text) => lines.push(`engine ${text}`),
      onDebug: (text, at) => lines.push(`debug ${text} ${at.line}`),
    });
    await engine.evalAsync('print("a"); print("b")', { onPrint: (text) => lines.push(`run ${text}`) });
    await engine.evalAsync('print("\\x1b[31mred");\ndebug(5);');
    expect(lines).toEqual(['run a', 'run b', 'engine \x1b[31mred', 'debug 5 2']);
    const boom = new Error('listener');
    const error = await rejection(
      engine.evalAsync('print("x"); 5', {
        onPrint: () => {
          throw boom;
        },
      }),
    );
    expect(error.cause).toBe(boom);
  });
});
