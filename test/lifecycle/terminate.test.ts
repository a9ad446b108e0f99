// Environments that end at any moment: worker threads are terminated while their engines loop, wait, compile, start and reply.
// The long tier does the same 10,000 times on each Node version.
import { expect, it } from 'vitest';
import { lines, program, well } from './program.js';

it('200 terminated environments leave no thread, no descriptor and no abort (98)', async () => {
  const ended = await program('terminate.mjs', [200, 4, 1], { hungSeconds: 240 });
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect(JSON.parse(ended.stdout)).toEqual({
    rounds: 200,
    errors: [],
    threads: 0,
    descriptors: '',
    resources: '',
  });
});

it('an environment that only worker threads had is gone when they are, 20 times (100)', async () => {
  const ended = await lines(
    `import { Worker } from 'node:worker_threads';
    const code = "import('rhai-bridge').then(async ({ RhaiEngine }) => { await RhaiEngine.createSync().evalAsync('40 + 2'); process.exit(0); })";
    let wrong = 0;
    for (let i = 0; i < 20; i++) {
      const worker = new Worker(code, { eval: true });
      await new Promise((resolve) => worker.once('exit', (code) => resolve(wrong += code)));
    }
    console.log(wrong);`,
    { hungSeconds: 120 },
  );
  expect(ended).toMatchObject(well('0'));
});

it('an environment may end while it holds big texts and bytes of scripts, 20 times', async () => {
  const ended = await lines(
    `import { Worker } from 'node:worker_threads';
    const code = \`import('rhai-bridge').then(async ({ RhaiEngine }) => {
      const script = 'let s = ""; s.pad(1000000, "x"); [s, blob(1000000)]';
      globalThis.held = await RhaiEngine.createSync().evalAsync(script);
      (await import('node:worker_threads')).parentPort.postMessage(held[0].length + held[1].length);
    })\`;
    let sum = 0;
    for (let i = 0; i < 20; i++) {
      const worker = new Worker(code, { eval: true });
      sum += await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
      await worker.terminate();
    }
    console.log(sum);`,
    { hungSeconds: 120 },
  );
  expect(ended).toMatchObject(well('40000000'));
});

it('17 environments at once compute and call, each for itself (99)', async () => {
  const ended = await lines(
    `import { Worker } from 'node:worker_threads';
    const code = \`import('rhai-bridge').then(async ({ RhaiEngine }) => {
      const { parentPort, workerData } = await import('node:worker_threads');
      const engine = RhaiEngine.createSync();
      engine.registerFunction('own', async () => workerData).setVar('base', workerData * 1000);
      const runs = Array.from({ length: 20 }, (_, i) => engine.evalAsync('let s = 0; for i in 0..20 { s += own(); } base + s + ' + i));
      parentPort.postMessage((await Promise.all(runs)).join());
      engine.dispose();
    })\`;
    const one = (id) => new Promise((resolve, reject) => {
      const worker = new Worker(code, { eval: true, workerData: id });
      worker.once('message', (text) => (worker.text = text)).once('error', reject).once('exit', () => resolve([id, worker.text]));
    });
    const engine = makeEngine();
    const own = engine.evalAsync('let s = 0; for i in 0..1000 { s += now(1); } s');
    const all = await Promise.all(Array.from({ length: 16 }, (_, id) => one(id + 1)));
    const right = (id) => Array.from({ length: 20 }, (_, i) => id * 1000 + id * 20 + i).join();
    console.log(await own, all.every(([id, text]) => text === right(id)));`,
    { hungSeconds: 120 },
  );
  expect(ended).toMatchObject(well('1000 true'));
});

it('a worker that ends by itself needs no dispose', async () => {
  const ended = await lines(
    `import { Worker } from 'node:worker_threads';
    const code = "import('rhai-bridge').then(async ({ RhaiEngine }) => { globalThis.engine = RhaiEngine.createSync(); await engine.evalAsync('1'); })";
    await new Promise((resolve) => new Worker(code, { eval: true }).once('exit', resolve)); // what loading costs once
    const before = census();
    const worker = new Worker(code, { eval: true });
    const exit = await new Promise((resolve) => worker.once('exit', resolve));
    const left = await leftOver({ ...before, bufferBytes: Infinity });
    console.log(exit, left.threads, left.descriptors === '');`,
  );
  expect(ended).toMatchObject(well('0 0 true'));
});

it.each([
  ['exits', 'exit', '5 undefined'],
  ['throws', 'throw', '1 meant'],
  ['rejects', 'reject', '1 meant'],
  ['meets the limit of its own heap', 'memory', '1 ERR_WORKER_OUT_OF_MEMORY'],
])('an environment that %s with live runs in any mode is gone, alone', async (_, end, how) => {
  const ended = await lines(
    `import { Worker } from 'node:worker_threads';
    const one = (mode, kind) => new Promise((resolve) => {
      const resourceLimits = { maxOldGenerationSizeMb: ${end === 'memory' ? 24 : 256} };
      const worker = new Worker('./test/lifecycle/programs/worker.mjs', { workerData: { mode, kind, end: '${end}' }, resourceLimits, execArgv: [], stderr: true });
      let error;
      worker.on('error', ({ code, message }) => (error = code ?? message));
      worker.on('exit', (code) => resolve(code + ' ' + error));
    });
    await one('waiting', 0);
    const before = census();
    const ends = [];
    for (const mode of Object.keys(MODES)) for (const kind of [0, 1]) ends.push(await one(mode, kind));
    const { threads, descriptors } = await leftOver({ ...before, bufferBytes: Infinity });
    console.log([...new Set(ends)].join('; '), threads, descriptors === '', makeEngine().eval('40 + 2'));`,
  );
  expect(ended).toMatchObject(well(`${how} 0 true 42`));
});

it('an environment whose thread is inside eval, without any limit, can be terminated, and does not hold up process.exit', async () => {
  const ended = await lines(
    `import { Worker } from 'node:worker_threads';
    const code = \`import('rhai-bridge').then(async ({ RhaiEngine, unlimited }) => {
      const { parentPort, workerData } = await import('node:worker_threads');
      const engine = RhaiEngine.createSync({ limits: unlimited() }).registerFunction('now', (x) => x);
      engine.registerFunction('running', () => parentPort.postMessage('running'));
      engine.eval('running(); ' + workerData);
    })\`;
    const start = async (script) => {
      const worker = new Worker(code, { eval: true, workerData: script });
      await new Promise((resolve) => worker.once('message', resolve));
      return worker;
    };
    const scripts = ['loop {}', 'loop { now(1); }', 'loop { try { throw 1 } catch { } }', 'let s = "a"; s.pad(5000000, "ab"); loop { s.index_of("zzz"); }'];
    for (const script of scripts) console.log(await (await start(script)).terminate());
    await start('loop {}');
    process.exit(4);`,
  );
  expect(ended).toEqual({ code: 4, signal: null, stdout: '1\n1\n1\n1', stderr: '' });
});
