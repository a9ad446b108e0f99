// Host functions that do what host functions should not: end the engine, end runs, wait for themselves, block, nest.
// Each law holds on every kind of engine; the process ends by itself afterwards.
import { expect, it } from 'vitest';
import { lines, well } from './program.js';

/** Runs `text` once per kind of engine, with a fresh `engine`; it prints one line each. */
const onEveryKind = async (text: string, line: string) => {
  const ended = await lines(
    `const name = (promise) => promise.then((value) => String(value), (error) => error.name);
    for (const kind of KINDS) {
      const engine = makeEngine(kind);
      ${text}
    }`,
    { node: ['--unhandled-rejections=strict'] },
  );
  expect(ended).toMatchObject(well(Array(4).fill(line).join('\n')));
};

it('disposing inside a call ends every run, at once and with the right error', () =>
  onEveryKind(
    `engine.registerFunction('end', () => { engine.dispose(); return 1; });
    const others = [engine.evalAsync('never()'), engine.evalAsync('loop { now(1) }')].map(name);
    const own = name(engine.evalAsync('soon(1); end(); print("not reached")'));
    console.log((await Promise.all([own, ...others])).join());`,
    'RhaiDisposedError,RhaiDisposedError,RhaiDisposedError',
  ));

it('disposing inside eval ends the eval', () =>
  onEveryKind(
    `engine.registerFunction('end', () => engine.dispose());
    let how = 'no error';
    try { engine.eval('end(); print("not reached"); 1'); } catch (error) { how = error.name; }
    console.log(how);`,
    'RhaiDisposedError',
  ));

it('disposing a hundred times from a hundred runs is one dispose', () =>
  onEveryKind(
    `engine.registerFunction('end', async () => { await null; engine.dispose(); });
    const ends = await Promise.all(Array.from({ length: 100 }, () => name(engine.evalAsync('end()'))));
    console.log([...new Set(ends)].join());`,
    'RhaiDisposedError',
  ));

it('cancelling its own run inside a call ends it; its siblings go on', () =>
  onEveryKind(
    `let own;
    engine.registerFunction('end', () => own.cancel('enough'));
    const sibling = name(engine.evalAsync('let s = 0; for i in 0..100 { s += soon(1); } s'));
    own = engine.evalAsync('now(1); try { end() } catch { } print("not reached")');
    const reason = await own.catch((error) => error.reason);
    console.log(reason, await sibling);`,
    'enough 100',
  ));

it('cancelling a sibling inside a call ends the sibling only', () =>
  onEveryKind(
    `const sibling = engine.evalAsync('loop { soon(1) }');
    const end = name(sibling);
    engine.registerFunction('end', () => sibling.cancel());
    console.log(await name(engine.evalAsync('end(); end(); 42')), await end);`,
    '42 RhaiCancelledError',
  ));

it('waiting for its own run is a host call that takes too long', () =>
  onEveryKind(
    `let own;
    engine.registerFunction('self', () => own);
    own = engine.evalAsync('self()', { limits: { hostTimeoutMs: 30 } });
    console.log(await name(own), await name(engine.evalAsync('40 + 2')));`,
    'RhaiTimeoutError 42',
  ));

it('closing inside a call waits for that very run only as long as the grace', () =>
  onEveryKind(
    `engine.registerFunction('end', () => engine.close({ graceMs: 20 }));
    console.log(await name(engine.evalAsync('end(); 1')));`,
    'RhaiDisposedError',
  ));

it('blocking the event loop does not stop the clock of the run', () =>
  onEveryKind(
    `engine.registerFunction('block', () => { const until = performance.now() + 80; while (performance.now() < until); return 1; });
    const late = engine.evalAsync('block(); 1', { timeoutMs: 20 });
    console.log(await name(late), await name(engine.evalAsync('block(); 2')));`,
    'RhaiTimeoutError 2',
  ));

it('runs nest 200 deep through host calls, and eval inside calls works', () =>
  onEveryKind(
    `engine.registerFunction('deeper', (n) => (n === 0 ? 0 : engine.evalAsync('1 + deeper(n - 1)', { scope: { n } })));
    engine.registerFunction('inner', (n) => engine.eval('let t = 0; for i in 0..' + n + ' { t += i; } t'));
    console.log(await name(engine.evalAsync('deeper(200)')), await name(engine.evalAsync('inner(10) + inner(5)')));`,
    '200 55',
  ));

it('making, using and disposing other engines inside a call works', () =>
  onEveryKind(
    `engine.registerFunction('other', async (n) => {
      const other = makeEngine(kind);
      try { return await other.evalAsync('soon(' + n + ') + 1') + other.eval('1'); } finally { other.dispose(); }
    });
    console.log(await name(engine.evalAsync('let s = 0; for i in 0..5 { s += other(i); } s')));`,
    '20',
  ));

it('registering, replacing and removing functions inside a call works', () =>
  onEveryKind(
    `engine.registerFunction('grow', () => { engine.registerFunction('grown', () => 42); });
    engine.registerFunction('once', () => { engine.unregisterFunction('once'); return 1; });
    await engine.evalAsync('grow()');
    console.log(await name(engine.evalAsync('grown() + once()')), await name(engine.evalAsync('once()')));`,
    '43 RhaiRuntimeError',
  ));

it('an answer after the end (cancel, time-out, dispose) is dropped, and the process may end', () =>
  onEveryKind(
    `const opens = [], slow = [];
    engine.registerFunction('wait', () => new Promise((...ways) => opens.push(ways)));
    engine.registerFunction('slow', () => new Promise((...ways) => slow.push(ways)));
    const runs = [engine.evalAsync('wait()'), engine.evalAsync('slow()', { timeoutMs: 20 }), engine.evalAsync('wait()')];
    const ends = runs.map(name);
    while (opens.length < 2) await pause(1);
    runs[0].cancel();
    await ends[0]; await ends[1];
    engine.dispose();
    for (const [resolve, reject] of [...opens, ...slow]) { reject(new Error('late')); resolve(1); }
    console.log((await Promise.all(ends)).join());`,
    'RhaiCancelledError,RhaiTimeoutError,RhaiDisposedError',
  ));

it('disposing from a finalizer, a microtask and an exit handler is only a dispose', async () => {
  const ended = await lines(
    `const engine = makeEngine(), second = makeEngine(), third = makeEngine();
    for (const one of [engine, second, third]) MODES.replying(one);
    const registry = new FinalizationRegistry(() => engine.dispose());
    (() => registry.register({}, 1))();
    queueMicrotask(() => second.dispose());
    process.on('exit', () => third.dispose());
    const used = () => { try { engine.stats(); return false; } catch { return true; } };
    for (let i = 0; i < 200 && !used(); i++) { globalThis.gc(); await pause(1); }
    console.log(used());
    process.exit(0);`,
    { node: ['--expose-gc'] },
  );
  expect(ended).toMatchObject(well('true'));
});
