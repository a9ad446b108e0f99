/** Import, create and first eval of one contestant in this process, in milliseconds. */
const first = {
  'empty module': async () => {
    await import('./empty.mjs');
    return 42;
  },
  'rhai-bridge': async () => {
    const { RhaiEngine } = await import(process.env.RHAI_BRIDGE_ENTRY ?? '../../../dist/entry/node.js');
    const engine = await RhaiEngine.create();
    return engine.evalAsync('20 + 22');
  },
  'isolated-vm': async () => {
    const { default: ivm } = await import('isolated-vm');
    const isolate = new ivm.Isolate();
    const context = await isolate.createContext();
    return context.eval('20 + 22');
  },
  'quickjs-emscripten': async () => {
    const { getQuickJS } = await import('quickjs-emscripten');
    const context = (await getQuickJS()).newContext();
    return context.unwrapResult(context.evalCode('20 + 22')).consume((value) => context.dump(value));
  },
  wasmoon: async () => {
    const { LuaFactory } = await import('wasmoon');
    const engine = await new LuaFactory().createEngine();
    return engine.doString('return 20 + 22');
  },
};

const begin = performance.now();
const value = await first[process.argv[2]]();
const ms = performance.now() - begin;
if (value !== 42) throw new Error(`wrong result: ${value}`);
console.log(JSON.stringify({ ms }));
process.exit(0);
