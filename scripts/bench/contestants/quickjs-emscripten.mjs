/**
 * quickjs-emscripten: JavaScript in QuickJS compiled to WASM, on the calling thread.
 * It has two ways to wait for a promise of the host: the asyncify build (one suspended call per module at a time) and promises of the
 * guest settled by the host (any number). Both are measured and the better one counts.
 */
import { getQuickJS, newAsyncContext } from 'quickjs-emscripten';
import { FIB_JS, sleep } from '../lib/work.mjs';

export const name = 'quickjs-emscripten';

export async function open() {
  const quickjs = (await getQuickJS()).newContext();
  growMemory(quickjs);
  const suspending = await newAsyncContext();
  for (const context of [quickjs, suspending]) defineSync(context);
  definePromises(quickjs);
  suspending
    .newAsyncifiedFunction('plusOneLater', async (x) => suspending.newNumber(suspending.getNumber(x) + 1))
    .consume((f) => suspending.setProp(suspending.global, 'plusOneLater', f));
  const functions = new Map();
  /** The body as a function of the guest, parsed once. */
  const compile = (body) => {
    if (!functions.has(body)) functions.set(body, quickjs.unwrapResult(quickjs.evalCode(`(${body})`)));
    return functions.get(body);
  };
  const run = (body) => unwrap(quickjs, quickjs.callFunction(compile(body), quickjs.undefined));
  const runAsync = async (body) => {
    const promise = quickjs.unwrapResult(quickjs.callFunction(compile(body), quickjs.undefined));
    const settled = quickjs.resolvePromise(promise);
    quickjs.runtime.executePendingJobs();
    const result = unwrap(quickjs, await settled);
    promise.dispose();
    return result;
  };
  const loop = (n, expression) =>
    `{ let sum = 0; for (let i = 0; i < ${n}; i++) sum += ${expression}; return sum }`;
  const later = (n) => `async () => ${loop(n, 'await plusOneLater(i)')}`;
  const evalCode = (source) => unwrap(quickjs, quickjs.evalCode(source));
  const evalCodeAsync = async (source) => unwrap(suspending, await suspending.evalCodeAsync(source));
  const many = (count, body) => Promise.all(Array.from({ length: count }, () => runAsync(body)));
  return {
    asyncCalls: {
      promises: (n) => runAsync(later(n)),
      asyncify: (n) => evalCodeAsync(`(() => ${loop(n, 'plusOneLater(i)')})()`),
    },
    syncCalls: (n) => run(`() => ${loop(n, 'plusOne(i)')}`),
    manyScripts: (scripts, n) => many(scripts, later(n)),
    tinyEvalSync: { function: () => run('() => 20 + 22'), evalCode: () => evalCode('20 + 22') },
    tinyEval: {
      promises: () => runAsync('async () => 20 + 22'),
      evalCodeAsync: () => evalCodeAsync('20 + 22'),
    },
    tinyEvals: (count) => many(count, 'async () => 20 + 22'),
    waiting: (count, ms) => many(count, `async () => await sleep(${ms})`),
    fib: (n) => run(`() => { ${FIB_JS} return fib(${n}) }`),
    close() {},
  };
}

const unwrap = (context, result) => context.unwrapResult(result).consume((value) => context.dump(value));

function defineSync(context) {
  context
    .newFunction('plusOne', (x) => context.newNumber(context.getNumber(x) + 1))
    .consume((f) => context.setProp(context.global, 'plusOne', f));
}

function definePromises(context) {
  const define = (name_, fn) =>
    context
      .newFunction(name_, (x) => {
        const deferred = context.newPromise();
        fn(context.getNumber(x)).then((value) => {
          const handle = context.newNumber(value);
          deferred.resolve(handle);
          handle.dispose();
          deferred.dispose();
          context.runtime.executePendingJobs();
        });
        return deferred.handle.dup();
      })
      .consume((f) => context.setProp(context.global, name_, f));
  define('plusOneLater', async (x) => x + 1);
  define('sleep', sleep);
}

/** Where its memory grows during a call, the call's argument array is left detached and it throws; so let it grow once, beforehand. */
function growMemory(context) {
  context.unwrapResult(context.evalCode('new ArrayBuffer(512 << 20); 0')).dispose();
  context.runtime.executePendingJobs();
}
