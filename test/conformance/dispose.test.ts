// The end of an engine: dispose ends everything at once, close lets runs finish; afterwards every method says so.
import { expect, it } from 'vitest';
import { RhaiDisposedError, RhaiEngine } from '../../src/entry/node.js';
import { conformance, delay, gate, rejection, thrown, turns, until } from './backend.js';

conformance('dispose and close', (make, variant) => {
  it('dispose rejects three waiting runs and aborts their signals', async () => {
    const signals: AbortSignal[] = [];
    const engine = make().registerFunction(
      'never',
      (context) => (signals.push(context.signal), new Promise(() => {})),
      { context: true },
    );
    const runs = [1, 2, 3].map(() => engine.evalAsync('never()'));
    await until(() => signals.length === 3);
    engine.dispose();
    for (const run of runs) expect(await rejection(run)).toBeInstanceOf(RhaiDisposedError);
    expect(signals.every((signal) => signal.aborted)).toBe(true);
  });

  it('every method says that the engine is disposed; dispose is idempotent', async () => {
    const engine = make();
    const script = engine.compile('1');
    engine.dispose();
    engine.dispose();
    engine.dispose();
    await engine.close();
    const uses: (() => unknown)[] = [
      () => engine.eval('1'),
      () => engine.evalAsync('1'),
      () => engine.call('fn f() {}', 'f'),
      () => engine.compile('1'),
      () => engine.analyze('1'),
      () => engine.registerFunction('f', () => 1),
      () => engine.unregisterFunction('f'),
      () => engine.setVar('x', 1),
      () => engine.setConstant('X', 1),
      () => engine.getVar('x'),
      () => engine.vars(),
      () => engine.clearScope(),
      () => engine.stats(),
      () => script.run(),
      () => script.call('f'),
    ];
    for (const use of uses) expect(use).toThrow(RhaiDisposedError);
  });

  it('dispose ends loops and queued runs too', async () => {
    const engine = make({ limits: { computeMs: 0 }, maxConcurrentRuns: 1 });
    const runs = [engine.evalAsync('loop {}'), engine.evalAsync('1')];
    await turns(3);
    engine.dispose();
    for (const run of runs) expect(await rejection(run)).toBeInstanceOf(RhaiDisposedError);
  });

  it('an answer that comes after dispose is dropped', async () => {
    const door = gate();
    const engine = make().registerFunction('wait', () => door.promise);
    const run = engine.evalAsync('wait()');
    await until(() => run.state === 'waiting');
    engine.dispose();
    door.open(1);
    expect(await rejection(run)).toBeInstanceOf(RhaiDisposedError);
    await turns();
  });

  it('a host function may dispose its engine', async () => {
    const engine = make();
    engine.registerFunction('end', async () => engine.dispose());
    expect(await rejection(engine.evalAsync('end()'))).toBeInstanceOf(RhaiDisposedError);
    const other = make();
    other.registerFunction('end', () => other.dispose());
    const runs = [other.evalAsync('end()'), other.evalAsync('end()'), other.evalAsync('end()')];
    for (const run of runs) expect(await rejection(run)).toBeInstanceOf(RhaiDisposedError);
  });

  it('close lets runs finish and takes no new ones', async () => {
    const door = gate();
    const engine = make().registerFunction('wait', () => door.promise);
    const run = engine.evalAsync('wait()');
    await until(() => run.state === 'waiting');
    const closed = engine.close();
    expect(() => engine.evalAsync('1')).toThrow(RhaiDisposedError);
    door.open('done');
    expect(await run).toBe('done');
    await closed;
    expect(() => engine.stats()).toThrow(RhaiDisposedError);
  });

  it('close cancels what is left after graceMs', async () => {
    const engine = make().registerFunction('never', () => new Promise(() => {}));
    const run = engine.evalAsync('never()');
    await until(() => run.state === 'waiting');
    const error = rejection(run);
    await engine.close({ graceMs: 20 });
    expect(await error).toBeInstanceOf(RhaiDisposedError);
  });

  it('what an engine is given may dispose it: nothing runs or is opened afterwards', async () => {
    const ending = (engine: RhaiEngine, name: string): object =>
      Object.defineProperty({}, name, { get: () => (engine.dispose(), 5), enumerable: true });
    const uses: ((engine: RhaiEngine) => unknown)[] = [
      (engine) => engine.evalAsync('1', ending(engine, 'timeoutMs')),
      (engine) => engine.evalAsync('x', { scope: ending(engine, 'x') }),
      (engine) => engine.evalAsync('x', { scope: { x: ending(engine, 'y') } }),
      (engine) => engine.eval('1', ending(engine, 'timeoutMs')),
      (engine) => engine.eval('x', { scope: { x: ending(engine, 'y') } }),
      (engine) => engine.call('fn f(x) { x }', 'f', [ending(engine, 'y')]),
      (engine) => engine.evalStream('1', ending(engine, 'timeoutMs')).next(),
      (engine) => engine.start('1', ending(engine, 'timeoutMs')),
    ];
    for (const use of uses) {
      const engine = make();
      const outcome = await (async () => use(engine))().catch((error: unknown) => error);
      expect(outcome, String(use)).toBeInstanceOf(RhaiDisposedError);
    }
  });

  it('an engine that is closing says so', async () => {
    const door = gate();
    const engine = make().registerFunction('wait', () => door.promise);
    const run = engine.evalAsync('wait()');
    const closed = engine.close();
    expect(thrown(() => engine.eval('1'))).toMatchObject({
      name: 'RhaiDisposedError',
      message: expect.stringContaining('closing'),
    });
    door.open(1);
    await run;
    await closed;
    expect(thrown(() => engine.eval('1')).message).toContain('disposed');
  });

  it('a grace of weeks is a grace, not the one millisecond of a timer that overflows', async () => {
    const door = gate();
    const engine = make().registerFunction('wait', () => door.promise);
    const run = engine.evalAsync('wait()');
    const closed = engine.close({ graceMs: 2 ** 31 });
    await until(() => run.state !== 'running'); // a worker may need longer than that to start
    await delay(10);
    expect(run.state).toBe('waiting');
    door.open('done');
    expect(await run).toBe('done');
    await closed;
  });

  it('wrong options of close are refused, and close nothing (71)', async () => {
    const engine = make();
    for (const graceMs of [-1, NaN, Infinity])
      await expect(engine.close({ graceMs })).rejects.toThrow(RangeError);
    await expect(engine.close({ graceMs: '5' as any })).rejects.toThrow(TypeError);
    await expect(engine.close({ grace: 5 } as any)).rejects.toThrow(TypeError);
    expect((await rejection(engine.close({ graceMs: Infinity }))).message).not.toContain('unlimited');
    expect(await engine.evalAsync('1')).toBe(1);
  });

  it('a hundred engines are created and disposed, with work in them', async () => {
    for (let i = 0; i < 100; i++) {
      const engine = make().registerFunction('id', async (x: number) => x);
      const runs = [engine.evalAsync('id(1)'), engine.evalAsync('loop {}'), engine.evalAsync('id(2)')];
      if (i % 2) await turns(1);
      engine.dispose();
      await Promise.allSettled(runs);
    }
  });

  it('create gives the backend it is asked for, and Symbol.dispose works', async () => {
    const engine = await RhaiEngine.create(variant.options);
    expect(engine.backend).toBe(variant.options.backend);
    expect(engine.capabilities.sync).toBe(true);
    engine[Symbol.dispose]();
    const other = await RhaiEngine.create(variant.options);
    await other[Symbol.asyncDispose]();
    expect(() => other.eval('1')).toThrow(RhaiDisposedError);
  });
});
