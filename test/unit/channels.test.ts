// Diagnostics channels (Node only): runs and host calls as Node's tracing channels tell them, with the listeners' own context.
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { expect, it } from 'vitest';
import { conformance, rejection } from '../conformance/backend.js';

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

/** Listens to both channels while `body` runs; what was told, in order. */
async function listening(body: () => Promise<void>): Promise<[string, any][]> {
  const told: [string, any][] = [];
  const stops = ['run', 'call'].flatMap((name) => {
    const handlers = Object.fromEntries(
      EVENTS.map((event) => [event, (message: object) => told.push([`${name} ${event}`, message])]),
    ) as any;
    const tracing = tracingChannel(`rhai-bridge:${name}`);
    tracing.subscribe(handlers);
    return () => tracing.unsubscribe(handlers);
  });
  try {
    await body();
  } finally {
    for (const stop of stops) stop();
  }
  return told;
}

conformance('diagnostics channels', (make) => {
  it('a run and its calls are told from start to end, each with one message object', async () => {
    const engine = make().registerFunction('later', async (x: number) => x + 1);
    const told = await listening(async () => {
      expect(await engine.evalAsync('later(41)', { name: 'main.rhai' })).toBe(42);
    });
    expect(told.map(([event]) => event)).toEqual([
      'run start',
      'run end',
      'call start',
      'call end',
      'call asyncStart',
      'call asyncEnd',
      'run asyncStart',
      'run asyncEnd',
    ]);
    const [run, call] = [told[0]![1], told[2]![1]];
    expect(run).toEqual({ runId: expect.any(Number), script: 'main.rhai', result: 42 });
    expect(call).toMatchObject({ runId: run.runId, functionName: 'later', args: [41], result: 42 });
    expect(told.filter(([, message]) => message === run)).toHaveLength(4);
  });

  it('errors are told with the very object', async () => {
    const cause = new Error('broken');
    const engine = make().registerFunction('fails', () => {
      throw cause;
    });
    const told = await listening(async () => {
      await rejection(engine.evalAsync('fails()'));
      expect(() => engine.eval('fails()')).toThrow('broken');
    });
    const errors = told.filter(([event]) => event.endsWith('error'));
    expect(errors.map(([event]) => event)).toEqual(['call error', 'run error', 'call error', 'run error']);
    expect(errors[0]![1].error).toBe(cause);
    expect(errors[1]![1].error.cause).toBe(cause);
  });

  it('host functions run in the context that a listener bound to the run or the call', async () => {
    const spans = new AsyncLocalStorage<string>();
    const start = channel('tracing:rhai-bridge:run:start');
    const begin = channel('tracing:rhai-bridge:call:start');
    const engine = make().registerFunction('span', async () => spans.getStore());
    start.bindStore(spans, (message: any) => `run ${message.runId}`);
    const run = engine.evalAsync('span()');
    expect(await run).toBe(`run ${run.id}`);
    begin.bindStore(spans, (message: any) => `call ${message.functionName}`);
    expect(await engine.evalAsync('span()')).toBe('call span');
    start.unbindStore(spans);
    begin.unbindStore(spans);
    expect(await engine.evalAsync('span()')).toBe(null);
  });

  it('while nobody listens, nothing is told', async () => {
    const engine = make().registerFunction('f', () => 1);
    expect(tracingChannel('rhai-bridge:run').start.hasSubscribers).toBe(false);
    const told = await listening(async () => {});
    await engine.evalAsync('f()');
    expect(told).toEqual([]);
  });
});
