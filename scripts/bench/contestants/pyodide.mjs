/**
 * pyodide: CPython 3.13 compiled to WASM, on the calling thread. Python's `await` waits for promises of the host; each script is an
 * `async def`, compiled once and called.
 */
import { loadPyodide } from 'pyodide';
import { sleep } from '../lib/work.mjs';

export const name = 'pyodide';

export async function open() {
  const python = await loadPyodide();
  python.globals.set('plus_one', (x) => x + 1);
  python.globals.set('plus_one_later', async (x) => x + 1);
  python.globals.set('pause', sleep);
  const functions = new Map();
  const define = (body) => {
    if (!functions.has(body)) functions.set(body, python.runPython(`${body}\nf`));
    return functions.get(body);
  };
  const call = (body, ...args) => define(body)(...args);
  const loop = (kind, expression) =>
    `${kind} f(n):\n  total = 0\n  for i in range(n):\n    total += ${expression}\n  return total`;
  const later = loop('async def', 'await plus_one_later(i)');
  const many = (count, body, ...args) =>
    Promise.all(Array.from({ length: count }, () => call(body, ...args)));
  const tiny = 'async def f():\n  return 20 + 22';
  const fib = 'def f(n):\n  return n if n < 2 else f(n - 1) + f(n - 2)';
  return {
    asyncCalls: (n) => call(later, n),
    syncCalls: (n) => call(loop('def', 'plus_one(i)'), n),
    manyScripts: (scripts, n) => many(scripts, later, n),
    tinyEval: () => call(tiny),
    tinyEvals: (count) => many(count, tiny),
    waiting: (count, ms) => many(count, 'async def f(ms):\n  return await pause(ms)', ms),
    fib: (n) => call(fib, n),
    close() {},
  };
}
