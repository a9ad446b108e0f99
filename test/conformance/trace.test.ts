// Seeing what happens: the ten steps of a host call, a run's own numbers, and calls that are stuck.
import { expect, it } from 'vitest';
import type { TraceEvent } from '../../src/entry/node.js';
import { conformance, delay, gate, until } from './backend.js';

conformance('trace and stats', (make) => {
  it('a host call has ten steps, with ids and times', async () => {
    const events: TraceEvent[] = [];
    const engine = make({ trace: (event) => events.push(event) }).registerFunction('f', async () => 5);
    const run = engine.evalAsync('f()');
    await run;
    const steps = [...events].sort((a, b) => a.step - b.step);
    expect(steps.map((event) => event.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(new Set(events.map((event) => event.runId))).toEqual(new Set([run.id]));
    const requestIds = steps.slice(2, 9).map((event) => event.requestId);
    expect(new Set(requestIds).size).toBe(1);
    expect(steps[5]).toMatchObject({ name: 'host started', functionName: 'f' });
    expect(steps[9]).toMatchObject({ name: 'done', outcome: 'ok' });
    expect(events.every((event) => Number.isFinite(event.atMs))).toBe(true);
  });

  it('a run tells what it used', async () => {
    const engine = make().registerFunction('wait', () => delay(20));
    // Long enough for a page's clock, whose steps are of 0.1 ms.
    const run = engine.evalAsync('wait(); let n = 0; for i in 0..100000 { n += i } n');
    expect(run.stats).toEqual({ operations: 0, scriptMs: 0, hostMs: 0, queueMs: 0 });
    await run;
    expect(run.stats.operations).toBeGreaterThanOrEqual(100_000);
    expect(run.stats.hostMs).toBeGreaterThan(10);
    expect(run.stats.scriptMs).toBeGreaterThan(0);
    expect(engine.stats()).toMatchObject({
      runs: { started: 1, done: 1, failed: 0, live: 0 },
      operations: run.stats.operations,
    });
  });

  it('a stuck call is visible with its age and function name', async () => {
    const door = gate();
    const engine = make().registerFunction('stuck', () => door.promise);
    const run = engine.evalAsync('stuck()');
    await until(() => engine.stats().requests.inFlight === 1);
    await delay(30);
    const [call] = engine.stats().calls;
    expect(call).toMatchObject({ functionName: 'stuck', runId: run.id });
    expect(call!.ageMs).toBeGreaterThan(20);
    door.open(1);
    await run;
    expect(engine.stats().calls).toEqual([]);
  });

  it('a run is a promise with an id of its own', async () => {
    const engine = make();
    const [a, b] = [engine.evalAsync('1'), engine.evalAsync('2')];
    expect(a).toBeInstanceOf(Promise);
    expect(a.then((x) => x).constructor).toBe(Promise);
    expect(a.id).not.toBe(b.id);
    expect(await Promise.all([a, b])).toEqual([1, 2]);
    expect(await engine.evalAsync('3').finally(() => {})).toBe(3);
  });
});
