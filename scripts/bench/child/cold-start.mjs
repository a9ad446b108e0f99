/** Import, create and first eval of one contestant in this process, in milliseconds. */
const entry = process.env.RHAI_BRIDGE_ENTRY ?? '../../../dist/entry/node.mjs';
const ours = async (options) => {
  const { RhaiEngine } = await import(entry);
  const engine = await RhaiEngine.create(options);
  return engine.evalAsync('20 + 22');
};

/** As where nobody made a code cache. */
function withoutCache() {
  const vm = process.getBuiltinModule('node:vm');
  vm.Script = class extends vm.Script {
    constructor(text, options) {
      super(text, { ...options, cachedData: undefined });
    }
  };
}

const first = {
  'empty module': async () => {
    await import('./empty.mjs');
    return 42;
  },
  'rhai-bridge': () => ours(),
  'rhai-bridge, no code cache': () => {
    withoutCache();
    return ours();
  },
  'rhai-bridge, WASM inline': () => ours({ backend: 'wasm', mode: 'inline' }),
  'rhai-bridge, WASM inline, no code cache': () => {
    withoutCache();
    return ours({ backend: 'wasm', mode: 'inline' });
  },
  'rhai-bridge, WASM background': () => ours({ backend: 'wasm' }),
  pyodide: async () => {
    const { loadPyodide } = await import('pyodide');
    return (await loadPyodide()).runPython('20 + 22');
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
