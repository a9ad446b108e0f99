/**
 * isolated-vm: JavaScript in a V8 isolate of its own, on V8's speed and with its threads.
 * One isolate and one context, reused; every script compiled once. Where it knows two ways, both are measured and the better one counts.
 */
import ivm from 'isolated-vm';
import { FIB_JS, sleep } from '../lib/work.mjs';

export const name = 'isolated-vm';

export async function open() {
  const isolate = new ivm.Isolate({ memoryLimit: 1024 });
  const context = await isolate.createContext();
  const { global } = context;
  await global.set('plusOne', new ivm.Callback((x) => x + 1));
  await global.set('echo', new ivm.Callback((x) => x));
  await global.set('plusOneRef', new ivm.Reference((x) => x + 1));
  await global.set('plusOneLater', new ivm.Reference(async (x) => x + 1));
  await global.set('sleep', new ivm.Reference(async (ms) => sleep(ms)));
  const compiled = new Map();
  const compile = (source) => {
    if (!compiled.has(source)) compiled.set(source, isolate.compileScriptSync(source));
    return compiled.get(source);
  };
  const run = (source) => compile(source).run(context, { promise: true });
  const runSync = (source) => compile(source).runSync(context);
  const later = (n) => `(async () => {
    let sum = 0;
    for (let i = 0; i < ${n}; i++) sum += await plusOneLater.apply(undefined, [i], { result: { promise: true } });
    return sum;
  })()`;
  const loop = (n, call) => `{ let sum = 0; for (let i = 0; i < ${n}; i++) sum += ${call}; sum }`;
  const blocked = (n) => loop(n, 'plusOneLater.applySyncPromise(undefined, [i])');
  const busy = '{ let x = 0; for (let i = 0; i < 4e8; i++) x += i; x }';
  return {
    asyncCalls: { apply: (n) => run(later(n)), applySyncPromise: (n) => compile(blocked(n)).run(context) },
    syncCalls: {
      Callback: (n) => runSync(loop(n, 'plusOne(i)')),
      applySync: (n) => runSync(loop(n, 'plusOneRef.applySync(undefined, [i])')),
    },
    manyScripts: (scripts, n) => Promise.all(Array.from({ length: scripts }, () => run(later(n)))),
    tinyEvalSync: () => runSync('20 + 22'),
    tinyEval: () => compile('20 + 22').run(context),
    tinyEvals: (count) => Promise.all(Array.from({ length: count }, () => compile('20 + 22').run(context))),
    waiting: (count, ms) =>
      Promise.all(
        Array.from({ length: count }, () =>
          run(`sleep.apply(undefined, [${ms}], { result: { promise: true } })`),
        ),
      ),
    fib: (n) => runSync(`${FIB_JS} fib(${n})`),
    compute: () => compile(busy).run(context),
    start: (source, { timeoutMs } = {}) => compile('for (;;);').run(context, { timeout: timeoutMs }),
    payloadCalls: async (data, n) => {
      await global.set('data', data, { copy: true });
      return compile(`for (let i = 0; i < ${n}; i++) echo(data); echo(data)`).runSync(context, {
        copy: true,
      });
    },
    close: () => isolate.dispose(),
  };
}
