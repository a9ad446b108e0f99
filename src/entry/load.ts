// How `dist/entry/node.mjs` loads the engine: by V8's own door for scripts, because that takes a code cache. A script that has one
// (`dist/code-cache.js` makes it, for one version of Node) is neither parsed nor compiled; without one, or where V8 refuses it, it
// compiles as ever. The scripts are CommonJS modules in a function: they ask here for each other, for Node's own modules and for the
// addon, which is loaded before them: it reads them.

import { nativeAddon, systemOf, type Addon } from '../platform/addon.js';
import { nodeModule } from '../platform/node.js';

type Require = (name: string) => unknown;
type Main = (exports: object, require: Require, file: string, folder: string) => object | undefined;

/** Where there is none, or another one, the engine says so when it is made. */
const addon = readerOf(nativeAddon([]));

function readerOf(found: Addon | undefined): Addon | undefined {
  return typeof found?.fileBytes === 'function' ? found : undefined;
}

/** V8 refuses the caches of its other versions; which version of Node it is part of is what it cannot know. */
function cacheOf(script: string): Uint8Array | undefined {
  const file = `${script}.${process.version}-${process.arch}.cache`;
  if (addon !== undefined) {
    const bytes = addon.fileBytes(file);
    return bytes && new Uint8Array(bytes);
  }
  try {
    return nodeModule('node:fs')!.readFileSync(file);
  } catch {
    return undefined;
  }
}

function mainOf(file: string): Main {
  const { Script } = nodeModule('node:vm')!;
  const text = addon?.fileText(file) ?? nodeModule('node:fs')!.readFileSync(file, 'utf8');
  const script = new Script(text, { filename: file, cachedData: cacheOf(file) });
  const main: unknown = script.runInThisContext();
  // Test runners import modules into realms of their own: there the engine belongs to that realm, and goes without a cache.
  return (main instanceof Function ? main : (0, eval)(text)) as Main;
}

/** What a script exports, before it is run: the first look at anything runs it. */
function later(run: () => object): object {
  const exported: object = Object.create(
    new Proxy(
      {},
      {
        get(_, name) {
          Object.setPrototypeOf(exported, null);
          return Reflect.get(Object.assign(exported, run()), name);
        },
      },
    ),
  );
  return exported;
}

/** Gives what the scripts in a folder export; `rare.cjs` is not run before it is used. No script uses another while it is run. */
export function loaderIn(folder: string): (name: string) => object {
  const loaded = new Map<string, object>([['addon', { nativeAddon, systemOf }]]);
  const run = (name: string): object => {
    const file = `${folder}/${name}`;
    const exported = {};
    return mainOf(file)(exported, require, file, folder) ?? exported;
  };
  const load = (name: string): object => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const exported = name === 'rare.cjs' ? later(() => run(name)) : run(name);
    loaded.set(name, exported);
    return exported;
  };
  const require: Require = (name) =>
    name.startsWith('./') ? load(name.slice(2)) : nodeModule(name as 'node:fs');
  return load;
}
