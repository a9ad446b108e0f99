// Makes V8's code caches of the engine for the Node that runs this, beside the scripts that `dis./entry/node.mjs` loads: a process
// that imports rhai-bridge then has its first result in half the time. `npm run build` runs it; whoever installs the package may
// (`node node_modules/rhai-bridge/dist/code-cache.js`), after `npm ci` in an image, for example. A cache holds what a first script
// needs: the functions that ran here before it was taken.
import { renameSync, writeFileSync } from 'node:fs';
import vm from 'node:vm';

const { Script } = vm;
const scripts = new Map();

/** Remembers the scripts of the engine as the import makes them. */
vm.Script = class extends Script {
  constructor(text, options) {
    super(text, { ...options, cachedData: undefined });
    scripts.set(options.filename, this);
  }
};

const { RhaiEngine } = await import('./entry/node.mjs');
// Natively first: what the cache of `engine.cjs` need not hold is what only the WASM backend runs.
// (A package may have been built without one of them.)
for (const options of [{ backend: 'native' }, { backend: 'wasm', mode: 'inline' }]) {
  const engine = await RhaiEngine.create(options).catch(() => undefined);
  if (engine === undefined) continue;
  engine.registerFunction('twice', async (x) => x * 2);
  await engine.evalAsync('twice(21)'); // what nearly every program does first
  saveNew();
  engine.dispose();
}

/** The scripts that were loaded since the last time; renamed at the end, so that no process ever reads half a cache. */
function saveNew() {
  for (const [loaded, script] of scripts) {
    const file = `${loaded}.${process.version}-${process.arch}.cache`;
    const bytes = script.createCachedData();
    writeFileSync(`${file}.${process.pid}`, bytes);
    renameSync(`${file}.${process.pid}`, file);
    console.log(`made ${file} (${Math.ceil(bytes.length / 1024)} KB)`);
  }
  scripts.clear();
}
