// Hostile use of an engine, one test or more for each row of the list of bad inputs (85–95: exits, blocking, races, ends).
// Rows 91 and 95 are also tests of the core (native/core): a panic needs a native of the test's own.
import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { RhaiCancelledError, RhaiDisposedError, RhaiEngine, RhaiTimeoutError } from '../../src/entry/node.js';
import { child } from '../border/child.js';
import { conformance, gate, rejection, thrown, until } from '../conformance/backend.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** A run's peak is promised to be within its cap and a quarter. */
const SLACK = 1.25;
const CAP = 2 ** 22;
/** What node itself takes and keeps meanwhile. */
const NODE_BYTES = 2 ** 23;
/** What the cores keep of freed blocks, for the next. */
const SPARE_BYTES = 2 ** 23;

describe('bad engines, in a process', () => {
  it('85: a host function that exits, throws in a tick or leaves a rejection keeps the exit code', async () => {
    const program = (body: string): string => `
      const engine = await RhaiEngine.create();
      engine.registerFunction('bad', () => { ${body} });
      engine.registerFunction('never', () => new Promise(() => {}));
      engine.evalAsync('never()').catch(() => {});
      process.on('uncaughtException', (e) => process.exit(e.message === 'tick' ? 8 : 9));
      await engine.evalAsync('bad(); never()');`;
    expect((await child(program('process.exit(7)'))).code).toBe(7);
    expect((await child(program('process.nextTick(() => { throw new Error("tick") })'))).code).toBe(8);
    expect((await child(program('Promise.reject(new Error("lost"))'))).code).toBe(9);
  });

  it('46: a thousand runs at 90 % of their cap, one by one and eight at once, stay within their caps and give all back', async () => {
    const { stdout, stderr } = await child(
      `
      const CAP = ${CAP}, BLOB = Math.floor(CAP * 0.9);
      const limits = { maxMemoryBytes: CAP, maxArrayLength: 0, maxOperations: 0, computeMs: 0, timeoutMs: 0 };
      const engine = await RhaiEngine.create({ limits });
      const runs = async (count) => {
        const script = \`let b = blob(\${BLOB}, 7); b.len()\`;
        return (await Promise.all(Array.from({ length: count }, () => engine.evalAsync(script)))).every((n) => n === BLOB);
      };
      let right = await runs(8);
      const resident = () => process.memoryUsage.rss();
      const base = resident();
      const peaks = [];
      for (const atOnce of [1, 8]) {
        let peak = 0;
        const watch = setInterval(() => { peak = Math.max(peak, resident()); }, 1);
        for (let done = 0; done < 1000; done += atOnce) right &&= await runs(atOnce);
        clearInterval(watch);
        peaks.push(peak - base);
      }
      const left = resident() - base;
      console.log(JSON.stringify({ right, serial: peaks[0], parallel: peaks[1], left }));`,
      [],
      // What malloc_trim would do: glibc gives each big block back at once, instead of keeping it for the next.
      { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' },
    );
    expect(stderr).toBe('');
    const { right, serial, parallel, left } = JSON.parse(stdout) as Record<string, number>;
    expect(right).toBe(true);
    expect(serial).toBeLessThan(CAP * SLACK + NODE_BYTES);
    expect(parallel).toBeLessThan(8 * CAP * SLACK + NODE_BYTES);
    expect(left).toBeLessThan(SPARE_BYTES + NODE_BYTES); // one leaked run in a hundred would be 75 MB
  }, 60_000);

  it('92: with RUST_BACKTRACE set, nothing is printed and no path reaches the script', async () => {
    const result = await child(`
      process.env.RUST_BACKTRACE = '1';
      const engine = await RhaiEngine.create();
      engine.registerFunction('bad', () => { throw new Error('in ' + process.cwd() + '/x.js'); });
      const text = await engine.evalAsync('let t = ""; try { bad() } catch (e) { t += e } try { 1 / 0 } catch (e) { t += e } t');
      console.log(text.includes(process.cwd()), text.includes('.rs'));`);
    expect(result).toMatchObject({ code: 0, stdout: 'false false', stderr: '' });
  });

  it('93: the profile that native addons are shipped with unwinds', () => {
    const manifest = readFileSync(new URL('../../native/Cargo.toml', import.meta.url), 'utf8');
    const release = manifest.split('[profile.release]')[1]?.split(/^\[/m)[0];
    expect(release).toMatch(/panic\s*=\s*"unwind"/);
  });
});

conformance('bad engines', (make) => {
  it('86: a host function that blocks the thread does not outlive the deadline', async () => {
    const engine = make().registerFunction('block', () => {
      const end = performance.now() + 60;
      while (performance.now() < end);
      return 1;
    });
    const error = await rejection(engine.evalAsync('block() + 1; loop {}', { timeoutMs: 30 }));
    expect(error).toBeInstanceOf(RhaiTimeoutError);
    expect(await engine.evalAsync('40 + 2')).toBe(42);
  });

  it('87: eval works inside a host function, a getter and a finalizer', async () => {
    const engine = make().registerFunction('now', () => engine.eval<number>('20 + 1'));
    expect(await engine.evalAsync('now() * 2')).toBe(42);
    expect(engine.eval('now() * 2')).toBe(42);
    const seen: unknown[] = [];
    const registry = new FinalizationRegistry(() => seen.push(engine.eval('now()')));
    (() => registry.register({}, undefined))();
    await until(() => (gc(), seen.length > 0));
    expect(seen).toEqual([21]);
  });

  it('88: after the end every method says so, twice is once, and any moment will do', async () => {
    const engine = make();
    engine.dispose();
    engine.dispose();
    await engine.close();
    const uses: (() => unknown)[] = [
      () => engine.eval('1'),
      () => engine.evalAsync('1'),
      () => engine.compile('1'),
      () => engine.setVar('x', 1),
      () => engine.registerFunction('f', () => 1),
      () => engine.stats(),
    ];
    for (const use of uses) expect(thrown(use)).toBeInstanceOf(RhaiDisposedError);
    for (let i = 0; i < 100; i++) {
      const one = make().registerFunction('f', async (x: number) => x);
      const runs = [one.evalAsync(`f(${i})`), one.evalAsync('loop {}'), one.evalAsync('let x = ;')];
      const ends = Promise.allSettled(runs);
      if (i % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
      else if (i % 3 === 1) await null;
      one.dispose();
      expect((await ends)[1]).toMatchObject({ status: 'rejected' });
    }
  });

  it('89: a pending run keeps its engine, a result does not need it', async () => {
    const go = gate<number>();
    const run = (() => {
      const engine = RhaiEngine.createSync();
      return engine.registerFunction('wait', () => go.promise).evalAsync('#{ a: [wait()] }');
    })();
    for (let i = 0; i < 5; i++) await new Promise((resolve) => (gc(), setImmediate(resolve)));
    go.open(5);
    const result = await run;
    gc();
    expect(result).toEqual({ a: [5] });
  });

  it('89: a function of a script that was collected is let go', async () => {
    const engine = make();
    const make3 = async (): Promise<void> => void (await engine.evalAsync('[|x| x, |x| x + 1, |x| x + 2]'));
    await make3();
    expect(engine.stats().functions).toBe(3);
    await engine.evalAsync('1');
    await until(() => (gc(), engine.stats().functions === 0));
    expect(await engine.evalAsync('40 + 2')).toBe(42);
  });

  it('90: a signal may abort before, during and after, and is shared by many runs without a leak', async () => {
    const engine = make().registerFunction('never', () => new Promise(() => {}));
    expect(await rejection(engine.evalAsync('1', { signal: AbortSignal.abort('early') }))).toMatchObject({
      reason: 'early',
    });
    const late = new AbortController();
    expect(await engine.evalAsync('1', { signal: late.signal })).toBe(1);
    late.abort();
    const busy = new AbortController();
    const loop = engine.evalAsync('loop {}', { signal: busy.signal });
    setImmediate(() => busy.abort('busy'));
    expect(await rejection(loop)).toBeInstanceOf(RhaiCancelledError);
    const shared = new AbortController();
    const runs = Array.from({ length: 1_000 }, () =>
      rejection(engine.evalAsync('never()', { signal: shared.signal })),
    );
    expect(getEventListeners(shared.signal, 'abort').length).toBeLessThan(2);
    shared.abort('all');
    expect(new Set((await Promise.all(runs)).map((error) => error.reason))).toEqual(new Set(['all']));
    expect(getEventListeners(shared.signal, 'abort')).toEqual([]);
  });

  it('94: nothing of an engine can be sent to another thread', async () => {
    const engine = make();
    const { port1 } = new MessageChannel();
    const f = await engine.evalAsync<() => Promise<number>>('|| 1');
    for (const value of [f, engine.evalAsync('1')]) expect(() => port1.postMessage(value)).toThrow();
    port1.close();
    expect(await f()).toBe(1);
  });

  it('95: answers may come in any order, and each run gets its own', async () => {
    const gates = Array.from({ length: 20 }, () => gate<number>());
    const engine = make().registerFunction('wait', (i: number) => gates[i]!.promise);
    const runs = gates.map((_, i) => engine.evalAsync(`wait(${i}) * 10`));
    await until(() => engine.stats().requests.inFlight === gates.length);
    for (const i of [...gates.keys()].reverse()) gates[i]!.open(i);
    expect(await Promise.all(runs)).toEqual(gates.map((_, i) => i * 10));
    expect(engine.stats().requests.late).toBe(0);
  });
});
