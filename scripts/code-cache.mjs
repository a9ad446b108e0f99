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
// (A package may have been built without one of them.)
for (const options of [{ backend: 'native' }, { backend: 'wasm', mode: 'inline' }])
  await first(options).catch(() => {});
for (const [file, script] of scripts) save(`${file}.${process.version}-${process.arch}.cache`, script);

/** What nearly every program does first. */
async function first(options) {
  const engine = await RhaiEngine.create(options);
  engine.registerFunction('twice', async (x) => x * 2);
  await engine.evalAsync('twice(21)');
  await engine.close();
}

/** Renamed at the end, so that no process ever reads half a cache. */
function save(file, script) {
  const bytes = script.createCachedData();
  writeFileSync(`${file}.${process.pid}`, bytes);
  renameSync(`${file}.${process.pid}`, file);
  console.log(`made ${file} (${Math.ceil(bytes.length / 1024)} KB)`);
}
