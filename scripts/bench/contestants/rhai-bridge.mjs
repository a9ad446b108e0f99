/** rhai-bridge itself, as its users call it: the built package, public API only. */
import { FIB_RHAI, sleep } from '../lib/work.mjs';

export const name = 'rhai-bridge';

/** An operator may point the bench at another build of the package. */
const ENTRY = process.env.RHAI_BRIDGE_ENTRY ?? new URL('../../../dist/entry/node.mjs', import.meta.url).href;

export async function open(options = {}) {
  const { RhaiEngine } = await import(ENTRY);
  const engine = await RhaiEngine.create(options);
  engine.registerFunction('plus_one', (x) => x + 1);
  engine.registerFunction('plus_one_later', async (x) => x + 1);
  engine.registerFunction('pause', sleep);
  engine.registerFunction('forever', () => new Promise(() => {}));
  engine.registerFunction('echo', (x) => x);
  const compiled = new Map();
  const compile = (source) => {
    if (!compiled.has(source)) compiled.set(source, engine.compile(source));
    return compiled.get(source);
  };
  const run = (source, runOptions) => engine.evalAsync(compile(source), runOptions);
  // In a block: what `eval` leaves in the engine's scope would be copied into every later run.
  const loop = (n, call) => `{ let sum = 0; for i in 0..${n} { sum += ${call}; } sum }`;
  const many = (count, source) => {
    const script = compile(source);
    return Promise.all(Array.from({ length: count }, () => engine.evalAsync(script)));
  };
  return {
    asyncCalls: (n) => run(loop(n, 'plus_one_later(i)')),
    syncCalls: {
      evalAsync: (n) => run(loop(n, 'plus_one(i)')),
      eval: (n) => engine.eval(compile(loop(n, 'plus_one(i)'))),
    },
    manyScripts: (scripts, n) => many(scripts, loop(n, 'plus_one_later(i)')),
    tinyEvalSync: () => engine.eval(compile('20 + 22')),
    tinyEval: () => run('20 + 22'),
    tinyEvals: (count) => many(count, '20 + 22'),
    waiting: (count, ms) => many(count, `pause(${ms})`),
    fib: (n) => run(`${FIB_RHAI} fib(${n})`),
    compute: () => run('let x = 0; for i in 0..150000000 { x += i; } x', { limits: { computeMs: 0 } }),
    payloadCalls: (data, n) => run(`for i in 0..${n} { echo(data); } echo(data)`, { scope: { data } }),
    start: (source, runOptions) => run(source, runOptions),
    hold: (count) => Array.from({ length: count }, () => run('forever()')),
    stats: () => engine.stats(),
    close: () => engine.dispose(),
  };
}
