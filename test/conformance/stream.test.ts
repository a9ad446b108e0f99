// evalStream: what a script emits is read with `for await`; reading and running keep pace, and leaving ends the run.
import { expect, it } from 'vitest';
import { RhaiCancelledError, RhaiDisposedError, RhaiRuntimeError } from '../../src/entry/node.js';
import { conformance, delay, gate, rejection, thrown, turns, until } from './backend.js';

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

conformance('streams', (make) => {
  it('a reader gets what the script emits, in order and with exact values', async () => {
    const stream = make().evalStream('for i in 0..3 { emit(i) } emit(#{ a: [1.5, "x", ()] });');
    expect(await collect(stream)).toEqual([0, 1, 2, { a: [1.5, 'x', null] }]);
    expect(stream.state).toBe('done');
  });

  it("the script's result is the iterator's return value", async () => {
    const stream = make().evalStream('emit(1); "result"');
    expect(await stream.next()).toEqual({ value: 1, done: false });
    expect(await stream.next()).toEqual({ value: 'result', done: true });
    expect(await stream.next()).toEqual({ value: undefined, done: true });
  });

  for (const bufferSize of [0, 1, 5]) {
    it(`while nobody reads, the script waits after ${bufferSize} values ahead`, async () => {
      let made = 0;
      const engine = make().registerFunction('made', () => ++made);
      const stream = engine.evalStream('loop { emit(made()) }', { bufferSize });
      expect((await stream.next()).value).toBe(1);
      await until(() => stream.state === 'waiting');
      await turns();
      expect(made).toBe(1 + bufferSize + 1);
      expect((await stream.next()).value).toBe(2);
      await until(() => made === 1 + bufferSize + 2);
      await turns();
      expect(made).toBe(1 + bufferSize + 2);
      await stream.return();
    });
  }

  it('the time the script waits for its reader is not its own, and no host time-out', async () => {
    const engine = make({ limits: { computeMs: 50, hostTimeoutMs: 20 } });
    const stream = engine.evalStream('emit(1); emit(2); emit(3); 4', { bufferSize: 0 });
    expect((await stream.next()).value).toBe(1);
    await delay(120);
    expect(await collect(stream)).toEqual([2, 3]);
    expect(stream.stats.hostMs).toBeGreaterThan(90);
    expect(stream.stats.scriptMs).toBeLessThan(50);
  });

  it('the wall clock counts everything', async () => {
    const engine = make();
    await engine.evalAsync('1'); // a core that is still to be made takes its time
    const stream = engine.evalStream('loop { emit(1) }', { bufferSize: 0, timeoutMs: 200 });
    await stream.next();
    await delay(250);
    await until(() => stream.state === 'failed');
    expect((await stream.next()).value).toBe(1);
    expect(await rejection(stream.next())).toMatchObject({ name: 'RhaiTimeoutError', limit: 'timeoutMs' });
  });

  it('leaving the loop cancels the run and waits for its end', async () => {
    let hanging = 0;
    const engine = make();
    engine.registerFunction(
      'hang',
      (context) => {
        hanging++;
        context.signal.addEventListener('abort', () => hanging--);
        return new Promise(() => {});
      },
      { context: true },
    );
    const stream = engine.evalStream('emit(1); emit(2); hang(); emit(3)');
    for await (const value of stream) if (value === 2) break;
    expect(stream.state).toBe('cancelled');
    expect(engine.stats().runs).toMatchObject({ live: 0, waiting: 0, cancelled: 1 });
    expect(engine.stats().requests.inFlight).toBe(0);
    expect(hanging).toBe(0);
    expect(await stream.next()).toEqual({ value: undefined, done: true });
  });

  it('an exception in the loop cancels the run too', async () => {
    const engine = make();
    const stream = engine.evalStream('loop { emit(1) }');
    const loop = async (): Promise<void> => {
      for await (const value of stream) throw new Error(`reader ${String(value)}`);
    };
    expect((await rejection(loop())).message).toBe('reader 1');
    expect(stream.state).toBe('cancelled');
  });

  it('what was emitted before an error is read before it', async () => {
    const stream = make().evalStream('emit(1); emit(2); throw "no"');
    const seen: unknown[] = [];
    const error = await rejection(
      (async () => {
        for await (const value of stream) seen.push(value);
      })(),
    );
    expect(seen).toEqual([1, 2]);
    expect(error).toBeInstanceOf(RhaiRuntimeError);
    expect(error.value).toBe('no');
    expect(await stream.next()).toEqual({ value: undefined, done: true });
  });

  it('nothing runs before somebody reads', async () => {
    let called = 0;
    const engine = make().registerFunction('f', () => ++called);
    const stream = engine.evalStream('f(); emit(1)');
    await turns();
    expect([called, stream.state, engine.stats().runs.started]).toEqual([0, 'queued', 0]);
    await stream.return();
    expect(await stream.next()).toEqual({ value: undefined, done: true });
    expect(called).toBe(0);
  });

  it('reads that wait together are answered in order, and those beyond the end are over', async () => {
    const stream = make().evalStream('emit("a"); emit("b"); 9');
    const results = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()]);
    expect(results.map(({ value, done }) => [value, done])).toEqual([
      ['a', false],
      ['b', false],
      [9, true],
      [undefined, true],
    ]);
  });

  it('a host function emits through its context, and waits for room', async () => {
    const engine = make();
    const room: string[] = [];
    engine.registerFunction(
      'rows',
      async (context, count: number) => {
        for (let i = 0; i < count; i++) {
          await context.emit({ row: i });
          room.push(`after ${i}`);
        }
        return 'sent';
      },
      { context: true },
    );
    const stream = engine.evalStream('emit(rows(3))', { bufferSize: 0 });
    expect((await stream.next()).value).toEqual({ row: 0 });
    await until(() => room.length === 1);
    await turns();
    expect(room).toEqual(['after 0']);
    expect(await collect(stream)).toEqual([{ row: 1 }, { row: 2 }, 'sent']);
  });

  it('a host function that never awaits is stopped before the buffer grows without end', async () => {
    const engine = make();
    engine.registerFunction(
      'flood',
      (context) => {
        for (let i = 0; i < 1_000_000; i++) void context.emit(i);
      },
      { context: true },
    );
    const stream = engine.evalStream('flood()');
    const error = await rejection(collect(stream));
    expect(error.cause).toMatchObject({ name: 'RhaiLimitError', limit: 'bufferSize' });
  });

  it('emit without a reader is an error that says what to do, and that a script can catch', async () => {
    const engine = make();
    expect(await rejection(engine.evalAsync('emit(1)'))).toMatchObject({
      name: 'RhaiHostError',
      functionName: 'emit',
      message: expect.stringContaining('evalStream'),
    });
    expect(thrown(() => engine.eval('emit(1)')).message).toContain('evalStream');
    expect(await engine.evalAsync('let code = (); try { emit(1) } catch (e) { code = e.code } code')).toBe(
      'RHAI_EMIT',
    );
    expect((await rejection(collect(engine.evalStream('emit(1, 2)')))).message).toContain(
      'emit takes 1 argument',
    );
  });

  it('cancel reaches the reader with its reason, an AbortSignal too', async () => {
    const engine = make();
    const reason = { because: 'test' };
    const stream = engine.evalStream('emit(1); loop {}');
    expect((await stream.next()).value).toBe(1);
    const waiting = rejection(stream.next());
    expect(stream.cancel(reason)).toBe(true);
    const error = await waiting;
    expect(error).toBeInstanceOf(RhaiCancelledError);
    expect(error.reason).toBe(reason);

    const controller = new AbortController();
    const other = engine.evalStream('emit(1); loop {}', { signal: controller.signal });
    await other.next();
    controller.abort(reason);
    expect((await rejection(other.next())).reason).toBe(reason);
    const aborted = engine.evalStream('emit(1)', { signal: controller.signal });
    expect((await rejection(aborted.next())).reason).toBe(reason);
  });

  it('dispose ends a stream that is read, and one that was never begun', async () => {
    const engine = make();
    const stream = engine.evalStream('emit(1); loop { emit(2) }', { bufferSize: 0 });
    const idle = engine.evalStream('emit(1)');
    await stream.next();
    const after = stream.next();
    await after;
    engine.dispose();
    const outcomes = [await rejection(collect(stream)), await rejection(idle.next())];
    for (const error of outcomes) expect(error).toBeInstanceOf(RhaiDisposedError);
  });

  it('two streams of one engine never mix', async () => {
    const engine = make().registerFunction('later', async (x: unknown) => x);
    const [a, b] = await Promise.all(
      ['a', 'b'].map((name) =>
        collect(engine.evalStream(`for i in 0..50 { emit(later(\`${name}\${i}\`)) }`)),
      ),
    );
    expect(a).toEqual(Array.from({ length: 50 }, (_, i) => `a${i}`));
    expect(b).toEqual(Array.from({ length: 50 }, (_, i) => `b${i}`));
  });

  it('a `then` on Object.prototype adopts nothing (69)', async () => {
    const stream = make().evalStream('emit(#{ a: 1 }); 2');
    const door = gate<void>();
    Object.defineProperty(Object.prototype, 'then', { configurable: true, value: () => door.open() });
    try {
      expect((await stream.next()).value).toEqual({ a: 1 });
      expect(await stream.next()).toMatchObject({ value: 2, done: true });
    } finally {
      delete (Object.prototype as { then?: unknown }).then;
    }
  });

  it('wrong options throw at once (71)', () => {
    const engine = make();
    for (const bufferSize of [-1, 1.5, NaN, Infinity]) {
      expect(() => engine.evalStream('1', { bufferSize })).toThrow(RangeError);
    }
    expect(() => engine.evalStream('1', { bufferSize: '5' as never })).toThrow(TypeError);
    expect(() => engine.evalStream(5 as never)).toThrow(TypeError);
    expect(() => engine.evalStream('1', { signal: {} as never })).toThrow(TypeError);
  });
});
