// The smoke suite: a dozen things that a package, an addon or a Node version that works can do. Given the package's exports, it
// answers 'ok' or throws. Imports nothing, so that it runs in any project, bundle or worker.

function same(what, got, wanted) {
  const [left, right] = [got, wanted].map((value) => JSON.stringify(value));
  if (left !== right) throw new Error(`${what}: ${left} instead of ${right}`);
}

const nameOf = (promise) =>
  promise.then(
    () => 'no error',
    (error) => error.name,
  );

/** Laws by name. */
const CHECKS = {
  async 'an async host function is a plain call'(engine) {
    engine.registerFunction('later', (x) => new Promise((resolve) => setTimeout(resolve, 1, x)));
    same('sum', await engine.evalAsync('let s = 0; for i in 0..10 { s += later(i); } s'), 45);
  },
  async 'values survive the way'(engine) {
    engine.registerFunction('echo', (x) => x);
    const value = { a: [1, 2.5, 'ü', null, true], big: 2 ** 40, nested: { deep: ['x'.repeat(100_000)] } };
    same('value', await engine.call('fn f(v) { echo(v) }', 'f', [value]), value);
  },
  async 'an error is the very same object'(engine) {
    const thrown = new TypeError('mine');
    engine.registerFunction('bad', () => Promise.reject(thrown));
    const error = await engine.evalAsync('bad()').catch((caught) => caught);
    same('cause', [error.name, error.cause === thrown], ['RhaiHostError', true]);
  },
  async 'limits, time-outs and cancels end a loop'(engine) {
    same(
      'operations',
      await nameOf(engine.evalAsync('loop {}', { limits: { maxOperations: 1000 } })),
      'RhaiLimitError',
    );
    same('deadline', await nameOf(engine.evalAsync('loop {}', { timeoutMs: 20 })), 'RhaiTimeoutError');
    const run = engine.evalAsync('loop {}');
    setTimeout(() => run.cancel(), 5);
    same('cancel', await nameOf(run), 'RhaiCancelledError');
  },
  async 'a hundred runs go on together'(engine) {
    engine.registerFunction('soon', async (x) => x);
    const runs = Array.from({ length: 100 }, (_, i) => engine.evalAsync(`soon(${i}) + soon(1)`));
    same(
      'runs',
      (await Promise.all(runs)).reduce((a, b) => a + b),
      5050,
    );
  },
  async 'a syntax error has its place'(engine) {
    const error = await engine.evalAsync('let x = ;').catch((caught) => caught);
    same('syntax', [error.name, error.line], ['RhaiSyntaxError', 1]);
  },
  'eval works where the backend is synchronous'(engine) {
    if (!engine.capabilities.sync) return;
    engine.setVar('base', 40);
    same('eval', engine.eval('base + 2'), 42);
  },
};

/** 'ok', or the first broken law as an error. */
export async function smoke(rb, options = {}) {
  for (const [law, check] of Object.entries(CHECKS)) {
    const engine = await rb.RhaiEngine.create(options);
    try {
      await check(engine);
    } catch (error) {
      throw new Error(`${law}: ${error.message}`, { cause: error });
    } finally {
      await engine.close();
    }
  }
  return 'ok';
}
