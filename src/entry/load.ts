// How `dist/entry/node.mjs` loads the engine: by V8's own door for scripts, because that takes a code cache. A script that has one
// (`dist/code-cache.js` makes it, for one version of Node) is neither parsed nor compiled; without one, or where V8 refuses it, it
// compiles as ever. The scripts are CommonJS modules in a function: they ask here for each other and for Node's own modules.

import { nodeModule } from '../platform/node.js';

type Require = (name: string) => unknown;
type Main = (exports: object, require: Require, file: string, folder: string) => void;

/** V8 refuses the caches of its other versions; which version of Node it is part of is what it cannot know. */
function cacheOf(file: string): Buffer | undefined {
  try {
    return nodeModule('node:fs')!.readFileSync(`${file}.${process.version}-${process.arch}.cache`);
  } catch {
    return undefined;
  }
}

function mainOf(file: string): Main {
  const { Script } = nodeModule('node:vm')!;
  const text = nodeModule('node:fs')!.readFileSync(file, 'utf8');
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

/** Gives what the scripts in a folder export; `rare.cjs` is not run before it is used. */
export function loaderIn(folder: string): (name: string) => object {
  const loaded = new Map<string, object>();
  const run = (name: string, exported: object): object => {
    const file = `${folder}/${name}`;
    mainOf(file)(exported, require, file, folder);
    return exported;
  };
  const load = (name: string): object => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const exported = name === 'rare.cjs' ? later(() => run(name, {})) : {};
    loaded.set(name, exported);
    return name === 'rare.cjs' ? exported : run(name, exported);
  };
  const require: Require = (name) =>
    name.startsWith('./') ? load(name.slice(2)) : nodeModule(name as 'node:fs');
  return load;
}
