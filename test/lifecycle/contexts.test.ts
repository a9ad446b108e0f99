// Async contexts in a process that follows none at first: each law begins in a process of its own, because whoever uses a
// storage once changes how the rest of the process is followed.
import { expect, it } from 'vitest';
import { lines, well } from './program.js';

const inFreshProcess = async (text: string, stdout: string) =>
  expect(
    await lines(
      `import { AsyncLocalStorage, AsyncResource, createHook, executionAsyncId } from 'node:async_hooks';
      const storage = new AsyncLocalStorage();
      ${text}`,
    ),
  ).toEqual(well(stdout));

/** With an `engine` of each kind, each in a process of its own. */
const onEachKind = (text: string, stdout: string) =>
  Promise.all(
    [0, 1, 2, 3].map((kind) =>
      inFreshProcess(`const engine = makeEngine(KINDS[${kind}]);\n${text}\nengine.dispose();`, stdout),
    ),
  );

it('a store that a host function enters stays with that function', () =>
  onEachKind(
    `let open;
    const opened = new Promise((resolve) => (open = resolve));
    engine.registerFunction('wait', () => opened);
    engine.registerFunction('peek', () => storage.getStore() ?? 'nobody');
    engine.registerFunction('enter', async (name) => {
      storage.enterWith(name);
      await null;
      return storage.getStore();
    });
    // All begin before any storage is in use; then one host function after the other runs.
    const texts = ['wait(); enter("ann")', 'wait(); peek()', 'wait(); enter("bob")', 'wait(); peek()'];
    const runs = Promise.all(texts.map((text) => engine.evalAsync(text)));
    while (engine.stats().requests.inFlight < 4) await pause(1);
    open();
    console.log(...(await runs), storage.getStore());`,
    'ann nobody bob nobody undefined',
  ));

it('of many calls in a row, one that enters a store enters it for itself alone', () =>
  onEachKind(
    `let calls = 0;
    const inside = [];
    engine.registerFunction('peek', () => {
      const store = storage.getStore() ?? 'nobody';
      if (++calls % 100 === 50) {
        storage.enterWith('ann');
        inside.push(storage.getStore());
      }
      return store;
    });
    const text = 'let seen = []; for i in 0..1000 { seen.push(peek()) } seen';
    const seen = await Promise.all([text, text, text].map((text) => engine.evalAsync(text)));
    console.log(calls, [...new Set(seen.flat())].join(), inside.length, [...new Set(inside)].join());`,
    '3000 nobody 30 ann',
  ));

it('what runs inside of a host function’s eval has not the context of that function', () =>
  onEachKind(
    `let others;
    engine.registerFunction('peek', () => storage.getStore() ?? 'nobody');
    engine.registerFunction('nest', () => {
      others ??= storage.run('ann', () => new AsyncResource('others'));
      return others.runInAsyncScope(() => engine.eval('40 + 2'));
    });
    const nesting = engine.evalAsync('let sum = 0; for i in 0..100 { sum += nest() } sum');
    const text = 'let seen = []; for i in 0..1000 { seen.push(peek()) } seen';
    const seen = await Promise.all([text, text, text].map((text) => engine.evalAsync(text)));
    console.log(await nesting, [...new Set(seen.flat())].join());`,
    '4200 nobody',
  ));

it('a run that began before anybody followed contexts has none later, whoever lets it go on', () =>
  onEachKind(
    `let open;
    engine.registerFunction('wait', () => new Promise((resolve) => (open = resolve)));
    engine.registerFunction('peek', async () => storage.getStore() ?? 'nobody');
    const run = engine.evalAsync('wait(); peek()');
    while (open === undefined) await pause(1);
    storage.run('ann', open);
    console.log(await run, await storage.run('bob', () => engine.evalAsync('peek()')));`,
    'nobody bob',
  ));

it('who imports the package and begins the first run in a context gives it to nobody else', () =>
  inFreshProcess(
    `const url = import.meta.resolve('rhai-bridge') + '?again';
    const again = await storage.run('ann', () => import(url));
    const engine = await again.RhaiEngine.create();
    engine.registerFunction('peek', async () => storage.getStore() ?? 'nobody');
    const bob = storage.run('bob', () => engine.evalAsync('peek()'));
    console.log(await engine.evalAsync('peek()'), await bob, await engine.evalAsync('peek()'));
    engine.dispose();`,
    'nobody bob nobody',
  ));

it('a hook that follows resources sees one for each run', () =>
  inFreshProcess(
    `const seen = new Set();
    const hook = createHook({ init: (id, type) => void (type === 'RhaiRun' && seen.add(id)) }).enable();
    const engine = makeEngine();
    engine.registerFunction('id', () => executionAsyncId());
    const ids = await Promise.all(['id()', 'id()', 'id()'].map((text) => engine.evalAsync(text)));
    hook.disable();
    console.log(new Set(ids).size, ids.every((id) => seen.has(id)));
    engine.dispose();`,
    '3 true',
  ));

it('however many runs there are at once, no function sees the store that one of another run enters', () =>
  onEachKind(
    `let [wrong, looks] = [0, 0];
    const look = () => { looks++; if (storage.getStore() !== undefined) wrong++; };
    engine.registerFunction('nothing', () => 1);
    engine.registerFunction('later', async () => 1);
    engine.registerFunction('enter', (store) => { storage.enterWith(store); return 1; });
    engine.registerFunction('enterLater', async (store) => { storage.enterWith(store); await null; return 1; });
    engine.registerFunction('peek', () => { look(); return 1; });
    engine.registerFunction('peekLater', async () => { look(); await null; look(); return 1; });
    await engine.evalAsync('for i in 0..3000 { nothing(); }');
    const texts = ['enter(k); later();', 'peek(); later(); peek();', 'enterLater(k); nothing();', 'peekLater(); peek();'];
    for (let round = 0; round < 4; round++)
      await Promise.all(
        Array.from({ length: 64 }, (_, i) => engine.evalAsync('for k in 0..5 { ' + texts[i % 4] + ' }')),
      );
    console.log(wrong, looks);`,
    '0 1600',
  ));
