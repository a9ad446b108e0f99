// Execution: the machine by hand. Every step is somebody's call; the same answers give the same steps.
import { expect, it } from 'vitest';
import {
  RhaiCancelledError,
  RhaiDisposedError,
  RhaiHostError,
  RhaiLimitError,
  RhaiSyntaxError,
  RhaiTimeoutError,
  type Execution,
  type ExecutionRequest,
} from '../../src/entry/node.js';
import { conformance, delay, thrown, turns } from './backend.js';

/** Polls until it is over, answering each request. */
function drive(execution: Execution, answer: (request: ExecutionRequest) => unknown, fuel = 10_000): unknown {
  for (;;) {
    const step = execution.poll({ fuel });
    if (step.kind === 'done') return step.value;
    if (step.kind === 'failed') throw step.error;
    if (step.kind === 'outOfFuel') continue;
    for (const request of step.requests) execution.resume(request.id, { ok: answer(request) });
  }
}

function suspended(execution: Execution): ExecutionRequest {
  const step = execution.poll({ fuel: 100_000 });
  if (step.kind !== 'suspended') throw new Error(`expected a request, got ${step.kind}`);
  expect(step.requests).toHaveLength(1);
  return step.requests[0]!;
}

conformance('executions', (make) => {
  it('the example of the documentation: two calls of a function that nobody registered', () => {
    expect(drive(make().start('fetch(1) + fetch(2)'), () => 20)).toBe(40);
  });

  it('a request tells the name, the arguments and the place of the call', () => {
    const execution = make().start('let a = 1;\n  db::get("k", [a, 2.5])');
    const request = suspended(execution);
    expect(request).toMatchObject({
      name: 'db::get',
      args: ['k', [1, 2.5]],
      position: { line: 2, column: expect.any(Number) },
    });
    expect(execution.state).toBe('waiting');
    expect(execution.resume(request.id, { ok: { found: true } })).toBe(true);
    expect(execution.poll()).toEqual({ kind: 'done', value: { found: true } });
  });

  it('registered host functions are not called: their calls are requests too, sleep and emit as well', () => {
    let called = 0;
    const engine = make().registerFunction('fetch', () => ++called, { arity: 3, concurrency: 1 });
    const execution = engine.start('fetch(1); sleep(1); emit(2); 7');
    const names: string[] = [];
    expect(drive(execution, ({ name }) => void names.push(name))).toBe(7);
    expect([names, called]).toEqual([['fetch', 'sleep', 'emit'], 0]);
  });

  it('foreign functions work in callbacks, through pointers and as methods; those of the script and of rhai stay theirs', () => {
    const script = `
      fn mine(x) { x * 100 }
      let a = [1, 2].map(|x| twice(x));
      let f = Fn("twice");
      [a, f.call(3), a.len(), mine(1), "abc".shout()]`;
    const asked: unknown[] = [];
    const value = drive(make().start(script), ({ name, args }) => {
      asked.push([name, args]);
      return name === 'twice' ? (args[0] as number) * 2 : String(args[0]).toUpperCase();
    });
    expect(value).toEqual([[2, 4], 6, 2, 100, 'ABC']);
    expect(asked).toEqual([
      ['twice', [1]],
      ['twice', [2]],
      ['twice', [3]],
      ['shout', ['abc']],
    ]);
  });

  it('fuel bounds a poll, and the same fuel stops at the same places', () => {
    const polls = (fuel: number): number => {
      const execution = make().start('let n = 0; while n < 1000 { n += 1 } n');
      for (let count = 1; ; count++) {
        const step = execution.poll({ fuel });
        if (step.kind === 'done') {
          expect(step.value).toBe(1000);
          return count;
        }
        expect(step).toEqual({ kind: 'outOfFuel' });
      }
    };
    expect([polls(100), polls(100), polls(7), polls(100_000)]).toEqual([11, 11, 143, 1]);
  });

  it('polling while a request is open gives the same request again', () => {
    const execution = make().start('f()');
    const first = execution.poll({ fuel: 100 });
    expect(execution.poll({ fuel: 100 })).toEqual(first);
  });

  it('an error as the answer is thrown at the call: the script may catch it, or it comes out as the cause', () => {
    const engine = make();
    const cause = new Error('broken');
    const caught = engine.start('let m = (); try { f() } catch (e) { m = e.message } m');
    caught.resume(suspended(caught).id, { error: cause });
    expect(caught.poll()).toEqual({ kind: 'done', value: 'broken' });
    const uncaught = engine.start('f()');
    uncaught.resume(suspended(uncaught).id, { error: cause });
    const end = uncaught.poll();
    const error = end.kind === 'failed' ? end.error : undefined;
    expect(error).toBeInstanceOf(RhaiHostError);
    expect((error as RhaiHostError).cause).toBe(cause);
  });

  it('a value that cannot cross is thrown at the call', () => {
    const execution = make().start('f()');
    expect(execution.resume(suspended(execution).id, { ok: Symbol('x') })).toBe(true);
    const end = execution.poll();
    expect(end).toMatchObject({ kind: 'failed', error: { cause: { name: 'RhaiValueError' } } });
  });

  it('a reply to nothing is false and counted: unknown, answered, cancelled, over', () => {
    const engine = make();
    const execution = engine.start('f(); f()');
    const { id } = suspended(execution);
    expect(execution.resume('999.1', { ok: 1 })).toBe(false);
    expect(execution.resume(id, { ok: 1 })).toBe(true);
    expect(execution.resume(id, { ok: 2 })).toBe(false);
    const second = suspended(execution);
    expect(second.id).not.toBe(id);
    execution.cancel('enough');
    expect(execution.resume(second.id, { ok: 1 })).toBe(false);
    expect(engine.stats().requests.late).toBe(3);
    expect(execution.poll().kind).toBe('failed');
    expect(execution.resume(second.id, { ok: 1 })).toBe(false);
  });

  it('polling after the end was told is an error', () => {
    const execution = make().start('1');
    expect(execution.poll()).toEqual({ kind: 'done', value: 1 });
    expect(() => execution.poll()).toThrow(/over/);
    expect(execution.state).toBe('done');
  });

  it('cancel ends it, also before the first poll; the reason comes out', () => {
    const engine = make();
    for (const script of ['loop {}', 'f()', '1']) {
      const execution = engine.start(script);
      if (script !== '1') execution.poll({ fuel: 100 });
      const reason = { script };
      expect(execution.cancel(reason)).toBe(true);
      expect(execution.cancel('again')).toBe(false);
      const end = execution.poll();
      expect(end.kind).toBe('failed');
      const { error } = end as { error: RhaiCancelledError };
      expect(error).toBeInstanceOf(RhaiCancelledError);
      expect(error.reason).toBe(reason);
      expect(() => execution.poll()).toThrow();
    }
    expect(engine.stats().runs).toMatchObject({ live: 0, cancelled: 3 });
  });

  it('nothing moves between two polls', async () => {
    const printed: string[] = [];
    const engine = make({ onPrint: (text) => printed.push(text) });
    const execution = engine.start('print("a"); f(); print("b")');
    await turns();
    expect(printed).toEqual([]);
    const { id } = suspended(execution);
    await turns();
    execution.resume(id, { ok: 1 });
    await turns();
    expect(printed).toEqual(['a']);
    expect(await engine.evalAsync('1 + 1')).toBe(2);
    expect(engine.eval('2 + 2')).toBe(4);
    expect(printed).toEqual(['a']);
    expect(execution.poll().kind).toBe('done');
    expect(printed).toEqual(['a', 'b']);
  });

  it('many executions take turns as their owner likes', () => {
    const engine = make();
    const all = [1, 2, 3].map((n) => engine.start(`next(${n}) + next(${n})`));
    const order: unknown[] = [];
    for (let round = 0; round < 2; round++) {
      for (const execution of [...all].reverse()) {
        const request = suspended(execution);
        order.push(request.args[0]);
        execution.resume(request.id, { ok: 5 });
      }
    }
    expect(order).toEqual([3, 2, 1, 3, 2, 1]);
    expect(all.map((execution) => execution.poll())).toEqual(Array(3).fill({ kind: 'done', value: 10 }));
  });

  it('it starts from a copy of the scope, with its own variables, and writes back with commit', () => {
    const engine = make().setVar('x', 40);
    expect(drive(engine.start('x += y; x', { scope: { y: 2 } }), () => 0)).toBe(42);
    expect(engine.getVar('x')).toBe(40);
    drive(engine.start('x = 1', { commit: true }), () => 0);
    expect(engine.getVar('x')).toBe(1);
  });

  it('a script that does not compile fails at the first poll', () => {
    const end = make().start('let = 1').poll();
    expect(end.kind).toBe('failed');
    expect((end as { error: unknown }).error).toBeInstanceOf(RhaiSyntaxError);
  });

  it('limits hold; those of the clock only where the options name them', async () => {
    const engine = make({ limits: { computeMs: 1, timeoutMs: 1, hostTimeoutMs: 1, maxOperations: 5_000 } });
    const limited = engine.start('loop {}');
    expect(limited.poll({ fuel: 1_000 }).kind).toBe('outOfFuel');
    const end = limited.poll({ fuel: 1_000_000 });
    expect((end as { error: unknown }).error).toBeInstanceOf(RhaiLimitError);
    const waiting = engine.start('f()');
    const { id } = suspended(waiting);
    await delay(20);
    expect(waiting.resume(id, { ok: 1 })).toBe(true);
    expect(waiting.poll().kind).toBe('done');
    const clocked = engine.start('f()', { timeoutMs: 10 });
    suspended(clocked);
    await delay(40);
    expect((clocked.poll() as { error: unknown }).error).toBeInstanceOf(RhaiTimeoutError);
  });

  it('dispose ends it', () => {
    const engine = make();
    const execution = engine.start('f()');
    const { id } = suspended(execution);
    engine.dispose();
    expect(execution.resume(id, { ok: 1 })).toBe(false);
    expect((execution.poll() as { error: unknown }).error).toBeInstanceOf(RhaiDisposedError);
    expect(() => engine.start('1')).toThrow(RhaiDisposedError);
  });

  it('a Script may be stepped too, and polling from inside a poll is refused', () => {
    let inner: unknown;
    const engine = make();
    const execution: Execution = engine.start(engine.compile('print("x"); f()'), {
      onPrint: () => {
        inner = thrown(() => execution.poll());
      },
    });
    expect(suspended(execution).name).toBe('f');
    expect(String(inner)).toContain('being polled');
  });

  it('wrong arguments throw at once (71)', () => {
    const engine = make();
    const execution = engine.start('f()');
    for (const fuel of [0, -1, 1.5, NaN, Infinity])
      expect(() => execution.poll({ fuel })).toThrow(RangeError);
    expect(() => execution.poll({ fuel: '5' as never })).toThrow(TypeError);
    const { id } = suspended(execution);
    for (const reply of [undefined, 5, {}, { ok: 1, error: 2 }])
      expect(() => execution.resume(id, reply as never)).toThrow(TypeError);
    expect(execution.resume(id, { ok: 1 })).toBe(true);
    expect(() => engine.start(5 as never)).toThrow(TypeError);
  });
});
