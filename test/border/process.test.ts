// What an engine does to its process: it keeps it alive while a run is pending, never longer, and never breaks its exit.
import { describe, expect, it } from 'vitest';
import { child } from './child.js';

describe('the process', () => {
  it('ends by itself when an idle engine was never disposed (97)', async () => {
    const result = await child(`
      const engine = await RhaiEngine.create();
      engine.registerFunction('f', async (x) => x);
      console.log(await engine.evalAsync('f(1)'), engine.eval('2'));`);
    expect(result).toMatchObject({ code: 0, stdout: '1 2', stderr: '' });
  });

  it('stays alive while a run is pending (97)', async () => {
    const result = await child(`
      const engine = await RhaiEngine.create();
      engine.registerFunction('f', () => new Promise((resolve) => setTimeout(resolve, 50, 5).unref()));
      engine.evalAsync('f()', { limits: { hostTimeoutMs: 300 } }).then(console.log, (e) => console.log(e.name));`);
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/^(5|RhaiTimeoutError)$/) });
  });

  it('may end although an unreferenced run is pending (97)', async () => {
    const result = await child(`
      const engine = await RhaiEngine.create();
      engine.registerFunction('never', () => new Promise(() => {}));
      engine.evalAsync('never()').unref();
      process.on('exit', (code) => console.log('exit', code));`);
    expect(result).toMatchObject({ code: 0, stdout: 'exit 0' });
  });

  it('ends by itself after dispose with three waiting runs', async () => {
    const result = await child(`
      const engine = await RhaiEngine.create();
      engine.registerFunction('never', () => new Promise(() => {}));
      const runs = [1, 2, 3].map(() => engine.evalAsync('never()'));
      setTimeout(() => engine.dispose(), 20);
      const ends = await Promise.allSettled(runs);
      console.log(ends.map((end) => end.reason.name).join());`);
    expect(result).toMatchObject({
      code: 0,
      stdout: 'RhaiDisposedError,RhaiDisposedError,RhaiDisposedError',
      stderr: '',
    });
  });

  it('keeps its exit code with pending runs of every kind (96)', async () => {
    const result = await child(`
      const engine = await RhaiEngine.create();
      engine.registerFunction('never', () => new Promise(() => {})).registerFunction('now', async (x) => x);
      for (const script of ['never()', 'loop {}', 'loop { now(1) }', 'never()', 'loop {}']) engine.evalAsync(script);
      setTimeout(() => process.exit(7), 50);`);
    expect(result).toMatchObject({ code: 7, signal: null, stderr: '' });
  });

  it('keeps the exit code of a host function that exits', async () => {
    const result = await child(`
      const engine = await RhaiEngine.create();
      engine.registerFunction('quit', () => process.exit(7));
      await engine.evalAsync('quit()');`);
    expect(result).toMatchObject({ code: 7, signal: null, stderr: '' });
  });

  it('sees no unhandled rejection of ours (105)', async () => {
    const result = await child(
      `const engine = await RhaiEngine.create();
      engine.registerFunction('bad', async () => { throw Symbol('x'); });
      engine.registerFunction('late', () => new Promise((_, reject) => setTimeout(reject, 40, new Error('late'))));
      await engine.evalAsync('bad()').catch((e) => console.log(e.name));
      await engine.evalAsync('late()', { timeoutMs: 10 }).catch((e) => console.log(e.name));
      try { engine.eval('late()') } catch (e) { console.log(e.name) }
      setTimeout(() => engine.dispose(), 80);`,
      ['--unhandled-rejections=strict'],
    );
    expect(result).toMatchObject({
      code: 0,
      stdout: 'RhaiHostError\nRhaiTimeoutError\nRhaiAsyncFunctionError',
      stderr: '',
    });
  });

  it('survives worker threads that are terminated in the middle of everything (98)', async () => {
    const result = await child(`
      import { Worker } from 'node:worker_threads';
      const entry = ${JSON.stringify(new URL('../../dist/entry/node.mjs', import.meta.url).href)};
      const code = \`import('\${entry}').then(async ({ RhaiEngine }) => {
        const engine = await RhaiEngine.create();
        engine.registerFunction('never', () => new Promise(() => {})).registerFunction('now', async (x) => x);
        for (let i = 0; i < 10; i++) for (const s of ['never()', 'loop {}', 'loop { now(1) }']) engine.evalAsync(s).catch(() => {});
        setTimeout(() => require('node:worker_threads').parentPort.postMessage('up'), 5);
      })\`;
      for (let round = 0; round < 20; round++) {
        const worker = new Worker(code, { eval: true, execArgv: [] });
        await new Promise((resolve) => worker.once('message', resolve));
        await worker.terminate();
      }
      console.log('alive');`);
    expect(result).toMatchObject({ code: 0, signal: null, stdout: 'alive' });
  });

  it('gets the threads of forgotten engines back', async () => {
    const result = await child(
      `import { readdirSync } from 'node:fs';
      const threads = () => readdirSync('/proc/self/task').length;
      const before = threads();
      for (let i = 0; i < 30; i++) {
        const engine = RhaiEngine.createSync({ assistMicros: 0 });
        engine.registerFunction('f', async (x) => x);
        await engine.evalAsync('f(1)');
      }
      const most = threads() - before;
      for (let i = 0; i < 100 && threads() - before > 3; i++) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      console.log(most >= 20, threads() - before <= 3);`,
      ['--expose-gc'],
    );
    expect(result).toMatchObject({ code: 0, stdout: 'true true' });
  });

  it('tells those who begin to listen after its first run', async () => {
    const result = await child(`
      const engine = await RhaiEngine.create();
      await engine.evalAsync('1');
      const { subscribe } = await import('node:diagnostics_channel');
      subscribe('tracing:rhai-bridge:run:start', ({ script }) => console.log('heard', script));
      await engine.evalAsync('2', { name: 'second.rhai' });
      engine.dispose();`);
    expect(result).toMatchObject({ code: 0, stdout: 'heard second.rhai' });
  });

  it('may load the package by require', async () => {
    const result = await child(
      `
      import { createRequire } from 'node:module';
      const require = createRequire(process.cwd() + '/');
      const again = require('./dist/entry/node.mjs');
      console.log(again.RhaiEngine === RhaiEngine);`,
      ['--no-warnings'],
    );
    expect(result).toMatchObject({ code: 0, stdout: 'true' });
  });
});

describe('polluted prototypes', () => {
  it('a setter on Object.prototype sees nothing', async () => {
    const result = await child(`
      const engine = await RhaiEngine.create();
      let seen = 0;
      Object.defineProperty(Object.prototype, 'secret', { set() { seen++; }, get() { return undefined; }, configurable: true });
      const result = await engine.evalAsync('#{ secret: [1, 2], list: #{ secret: 3 } }');
      delete Object.prototype.secret;
      console.log(seen, JSON.stringify(result));
      engine.dispose();`);
    expect(result).toMatchObject({ code: 0, stdout: '0 {"list":{"secret":3},"secret":[1,2]}' });
  });

  it('a then on Object.prototype adopts no result', async () => {
    const result = await child(`
      const engine = await RhaiEngine.create();
      engine.registerFunction('give', () => ({ a: 1 }));
      let adopted = 0;
      const run = engine.evalAsync('[give(), #{ b: 2 }]');
      const single = engine.evalAsync('give()');
      Object.defineProperty(Object.prototype, 'then', { value() { adopted++; }, writable: true, configurable: true });
      run.then((list) => single.then((map) => {
        delete Object.prototype.then;
        console.log(adopted, JSON.stringify([list, map]));
        engine.dispose();
      }));`);
    expect(result).toMatchObject({ code: 0, stdout: '0 [[{"a":1},{"b":2}],{"a":1}]' });
  });
});
