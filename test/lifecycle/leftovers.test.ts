// After an engine nothing is left: no thread, no descriptor, no timer, no handle, no buffer; whether it was disposed, closed or
// forgotten, and whatever it was in the middle of.
import { expect, it } from 'vitest';
import { lines, well } from './program.js';

const gc = { node: ['--expose-gc'] };
const nothing = well(JSON.stringify({ threads: 0, descriptors: '', resources: '', bufferBytes: 0 }));
/** Everything is loaded and warm before the first count; what a test makes is made in a function, so that nothing keeps it. */
const WARM = `
for (const kind of KINDS) { const e = makeEngine(kind); e.eval('1'); await e.evalAsync('soon(1)'); e.dispose(); }
process.stdout.write(''); // its pipe is a handle
await pause(20);
const before = census();
const rest = async (work) => { await work(); await show(); };
const show = async () => { const { threads, ...others } = await leftOver(before); console.log(JSON.stringify({ threads: Math.max(0, threads), ...others })); };
`;

it.each(['looping', 'waiting', 'compiling', 'starting', 'replying'])(
  'dispose while runs are %s leaves nothing, on every kind of engine',
  async (mode) => {
    const ended = await lines(
      `${WARM}
      await rest(async () => {
        for (let i = 0; i < 12; i++) {
          const engine = makeEngine(KINDS[i % KINDS.length]);
          MODES['${mode}'](engine);
          await pause(i % 3);
          engine.dispose();
        }
      });`,
      gc,
    );
    expect(ended).toMatchObject(nothing);
  },
);

it('close with a grace of nothing leaves nothing', async () => {
  const ended = await lines(
    `${WARM}
    await rest(async () => {
      const engines = KINDS.map((kind) => makeEngine(kind));
      for (const engine of engines) for (const mode of Object.values(MODES)) mode(engine);
      await pause(5);
      await Promise.all(engines.map((engine) => engine.close({ graceMs: 0 })));
    });`,
    gc,
  );
  expect(ended).toMatchObject(nothing);
});

it('forgotten engines are collected: idle ones, and those whose runs have ended', async () => {
  const ended = await lines(
    `${WARM}
    await rest(async () => {
      for (let i = 0; i < 40; i++) {
        const engine = makeEngine(KINDS[i % KINDS.length]);
        engine.setVar('x', 'text'.repeat(1000)).eval('x + x');
        await engine.evalAsync('soon(1)');
      }
    });`,
    gc,
  );
  expect(ended).toMatchObject(nothing);
});

it('a forgotten engine with a pending run lives until the run has ended', async () => {
  const ended = await lines(
    `${WARM}
    let open;
    const forget = () => {
      const engine = makeEngine().registerFunction('wait', () => new Promise((resolve) => (open = resolve)));
      return engine.evalAsync('let a = wait(); a + soon(2)');
    };
    let run = forget();
    while (open === undefined) await pause(1);
    for (let i = 0; i < 5; i++) { globalThis.gc(); await pause(1); }
    open(40);
    console.log(await run);
    open = run = undefined;
    await show();`,
    gc,
  );
  expect(ended.stdout.split('\n')).toEqual(['42', nothing.stdout]);
});

it('what a forgotten engine gave out still works: functions, streams, scripts, executions', async () => {
  const ended = await lines(
    `const give = async (kind) => {
      const engine = makeEngine(kind);
      return [await engine.evalAsync('let n = 5; |x| now(x) + n'), engine.evalStream('emit(now(1)); 2'), engine.compile('now(40) + 2'), engine.start('ask() + 1')];
    };
    for (const kind of KINDS) {
      const [fn, stream, script, execution] = await give(kind);
      for (let i = 0; i < 5; i++) { globalThis.gc(); await pause(1); }
      const { requests } = execution.poll({ fuel: 1000 });
      execution.resume(requests[0].id, { ok: 41 });
      console.log(await fn(37), (await stream.next()).value, await script.run(), execution.poll({ fuel: 1000 }).value);
    }`,
    gc,
  );
  expect(ended).toMatchObject(well('42 1 42 42\n42 1 42 42\n42 1 42 42\n42 1 42 42'));
});

it('timers of sleep, host time-outs, deadlines and signals go with their runs', async () => {
  const ended = await lines(
    `${WARM}
    await rest(async () => {
    const engine = makeEngine();
    const controller = new AbortController();
    const runs = [
      engine.evalAsync('sleep(1000)', { signal: controller.signal }),
      engine.evalAsync('sleep(1000)', { timeoutMs: 100_000 }),
      engine.evalAsync('never()', { limits: { hostTimeoutMs: 100_000 } }),
      engine.evalAsync('soon(1); sleep(1000.0)'),
    ];
    const settled = Promise.allSettled(runs);
    while (engine.stats().requestsInFlight < 4 && engine.stats().calls.length < 4) await pause(1);
    controller.abort();
    for (const run of runs) run.cancel();
    console.log((await settled).map(({ reason }) => reason.name).join());
    engine.dispose();
    });`,
    gc,
  );
  expect(ended.stdout.split('\n')).toEqual([
    'RhaiCancelledError,RhaiCancelledError,RhaiCancelledError,RhaiCancelledError',
    nothing.stdout,
  ]);
});

it('one signal for a thousand runs keeps no listener', async () => {
  const ended = await lines(
    `import { getEventListeners } from 'node:events';
    const engine = makeEngine();
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 1000 }, (_, i) => engine.evalAsync('soon(' + i + ')', { signal })));
    console.log(getEventListeners(signal, 'abort').length);
    engine.dispose();`,
  );
  expect(ended).toMatchObject(well('0'));
});

it('twenty engines of one thread do not know of each other', async () => {
  const ended = await lines(
    `${WARM}
    await rest(async () => {
    const engines = Array.from({ length: 20 }, (_, i) => makeEngine(KINDS[i % KINDS.length]).setVar('own', i));
    const runs = engines.map((engine, i) => engine.evalAsync('let s = 0; for i in 0..50 { s += now(own); } s'));
    engines[3].dispose();
    engines[8].dispose();
    const sums = (await Promise.allSettled(runs)).map(({ value }, i) => value === i * 50);
    console.log(sums.filter((right) => right).length, sums[3] || sums[8]);
    for (const engine of engines) engine.dispose();
    });`,
    gc,
  );
  expect(ended.stdout.split('\n')).toEqual(['18 false', nothing.stdout]);
});

it('70,000 waiting runs are one thread and no kernel mappings of their own, and end together (110)', async () => {
  const ended = await lines(
    `import { readFileSync } from 'node:fs';
    ${WARM}
    const mappings = () => readFileSync('/proc/self/maps', 'utf8').split('\\n').length;
    await rest(async () => {
      let waiting = 0;
      const mappingsBefore = mappings();
      const engine = makeEngine().registerFunction('wait', () => { waiting++; return new Promise(() => {}); });
      const runs = Array.from({ length: 70_000 }, () => engine.evalAsync('wait()')); // more than vm.max_map_count
      const ends = Promise.allSettled(runs);
      while (waiting < 70_000) await pause(1);
      const threads = census().threads - before.threads;
      const mapped = mappings() - mappingsBefore; // heaps grow by a few
      engine.dispose();
      console.log(threads <= 1, mapped < 3_000 || mapped, new Set((await ends).map(({ reason }) => reason.name)).size);
    });`,
    gc,
  );
  expect(ended.stdout.split('\n')).toEqual(['true true 1', nothing.stdout]);
});
