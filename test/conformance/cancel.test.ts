// Cancel: by run.cancel or an AbortSignal, wherever the run is; afterwards no host function starts, and the engine lives on.
import { expect, it } from 'vitest';
import { RhaiCancelledError } from '../../src/entry/node.js';
import { conformance, gate, rejection, turns, until } from './backend.js';

conformance('cancel', (make) => {
  it('a run in a tight loop ends with the very reason', async () => {
    const engine = make({ limits: { computeMs: 0 } });
    const run = engine.evalAsync('loop {}');
    const reason = { why: 'enough' };
    await turns(3);
    expect(run.cancel(reason)).toBe(true);
    const error = await rejection(run);
    expect(error).toBeInstanceOf(RhaiCancelledError);
    expect(error.reason).toBe(reason);
    expect(run.state).toBe('cancelled');
    expect(run.cancel('again')).toBe(false);
    expect(await engine.evalAsync('42')).toBe(42);
  });

  it('a run that waits ends, its host function’s signal aborts, and nothing starts afterwards', async () => {
    const started: string[] = [];
    let signal!: AbortSignal;
    const engine = make().registerFunction(
      'wait',
      (context, name: string) => {
        started.push(name);
        ({ signal } = context);
        return new Promise(() => {});
      },
      { context: true },
    );
    const run = engine.evalAsync('try { wait("a") } catch { } wait("b")');
    await until(() => started.length === 1);
    expect(signal.aborted).toBe(false);
    run.cancel('stop');
    expect((await rejection(run)).reason).toBe('stop');
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe('stop');
    await turns();
    expect(started).toEqual(['a']);
  });

  it('a run that has not started ends without starting', async () => {
    let called = 0;
    const engine = make().registerFunction('f', () => called++);
    const run = engine.evalAsync('f()');
    run.cancel();
    expect(await rejection(run)).toBeInstanceOf(RhaiCancelledError);
    await turns();
    expect(called).toBe(0);
  });

  it('a run that waits behind maxConcurrentRuns ends at once', async () => {
    const door = gate();
    const engine = make({ maxConcurrentRuns: 1 }).registerFunction('wait', () => door.promise);
    const first = engine.evalAsync('wait()');
    const second = engine.evalAsync('wait()');
    const third = engine.evalAsync('3');
    expect(second.state).toBe('queued');
    second.cancel('not now');
    expect((await rejection(second)).reason).toBe('not now');
    door.open(1);
    expect(await Promise.all([first, third])).toEqual([1, 3]);
  });

  it('cancel is not caught by the script', async () => {
    const engine = make({ limits: { computeMs: 0 } });
    const run = engine.evalAsync('loop { try { loop {} } catch { } }');
    await turns(3);
    run.cancel();
    expect(await rejection(run)).toBeInstanceOf(RhaiCancelledError);
  });

  it('cancel after the reply but before the run has read it still cancels', async () => {
    const door = gate();
    const engine = make().registerFunction('wait', () => door.promise);
    const run = engine.evalAsync('wait()');
    await until(() => run.state === 'waiting');
    door.open(1);
    await door.promise;
    run.cancel('late');
    expect((await rejection(run)).reason).toBe('late');
  });

  it('a signal cancels, its reason comes out, and no listener stays', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = ((...args: Parameters<typeof add>) => (
      listeners++,
      add(...args)
    )) as typeof add;
    signal.removeEventListener = ((...args: Parameters<typeof remove>) => (
      listeners--,
      remove(...args)
    )) as typeof remove;
    const engine = make({ limits: { computeMs: 0 } }).registerFunction('id', async (x: number) => x);
    await Promise.all(Array.from({ length: 1000 }, () => engine.evalAsync('id(1)', { signal })));
    expect(listeners).toBe(0);
    const runs = [engine.evalAsync('loop {}', { signal }), engine.evalAsync('loop {}', { signal })];
    expect(listeners).toBe(1);
    await turns(3);
    const reason = new Error('why');
    controller.abort(reason);
    for (const run of runs) expect((await rejection(run)).reason).toBe(reason);
  });

  it('a signal that has aborted already starts nothing', async () => {
    let called = 0;
    const engine = make().registerFunction('f', () => called++);
    const error = await rejection(engine.evalAsync('f()', { signal: AbortSignal.abort('gone') }));
    expect(error.reason).toBe('gone');
    await turns();
    expect(called).toBe(0);
  });

  it('a signal that aborts after the end changes nothing', async () => {
    const controller = new AbortController();
    const run = make().evalAsync('5', { signal: controller.signal });
    expect(await run).toBe(5);
    controller.abort();
    expect(run.state).toBe('done');
    expect(await run).toBe(5);
  });

  it('a host function may cancel its own run, and a sibling', async () => {
    const engine = make({ limits: { computeMs: 0 } });
    const sibling = engine.evalAsync('loop {}');
    engine.registerFunction('both', () => {
      own.cancel('own');
      sibling.cancel('sibling');
      return 5;
    });
    const own = engine.evalAsync('both()');
    expect((await rejection(own)).reason).toBe('own');
    expect((await rejection(sibling)).reason).toBe('sibling');
  });

  it('a run that waits for itself can be cancelled', async () => {
    const engine = make().registerFunction('self', () => run);
    const run = engine.evalAsync('self()');
    await until(() => run.state === 'waiting');
    run.cancel('knot');
    expect((await rejection(run)).reason).toBe('knot');
  });

  it('settling and cancelling in the same turn give exactly one outcome', async () => {
    for (const cancelFirst of [true, false]) {
      const door = gate();
      const engine = make().registerFunction('wait', () => door.promise);
      const run = engine.evalAsync('wait()');
      await until(() => run.state === 'waiting');
      if (cancelFirst) run.cancel();
      door.open(1);
      if (!cancelFirst) run.cancel();
      expect(await rejection(run)).toBeInstanceOf(RhaiCancelledError);
      await turns();
      expect(engine.stats().requests.inFlight).toBe(0);
      expect(engine.stats().runs).toMatchObject({ live: 0, cancelled: 1 });
    }
  });

  it('a thousand runs cancelled at random leave nothing behind', async () => {
    const engine = make({ limits: { computeMs: 0 } }).registerFunction('id', async (x: number) => x);
    const runs = Array.from({ length: 1000 }, (_, i) =>
      engine.evalAsync(i % 3 === 0 ? 'loop { id(1) }' : 'id(1) + id(2)'),
    );
    await turns(2);
    runs.forEach((run, i) => (i % 3 === 0 || i % 2 === 0) && run.cancel(i));
    const ends = await Promise.allSettled(runs);
    ends.forEach((end, i) => {
      if (i % 3 === 0) expect(end.status).toBe('rejected');
      else if (i % 2 === 1) expect(end).toEqual({ status: 'fulfilled', value: 3 });
    });
    await turns();
    expect(engine.stats()).toMatchObject({ runs: { live: 0 }, requests: { inFlight: 0 } });
  });
});
