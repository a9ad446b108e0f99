// Files of this package on a disk, for Node: seen from where this code runs, or from wherever the package is found.
// A bundle may have swallowed this module; one in CommonJS has no import.meta.

import { node, nodeModule } from './node.js';

const url = () => nodeModule('node:url')!;
const path = () => nodeModule('node:path')!;

/** This module's own address. Bundles of dist lie two folders below the root, as src/backend does. */
function here(): string {
  if (typeof import.meta.url === 'string') return import.meta.url;
  const file = typeof __filename === 'string' ? __filename : path().join(node!.cwd(), '_');
  return url().pathToFileURL(file).href;
}

/** The folder of the module that runs. */
function folder(): string {
  return import.meta.dirname ?? path().dirname(url().fileURLToPath(here()));
}

/** A path relative to the module that runs. */
export function besideThis(relative: string): string {
  return `${folder()}/${relative}`;
}

/** A path in the package `rhai-bridge` as it is installed; throws where there is none. */
export function inPackage(relative: string): string {
  const { createRequire } = nodeModule('node:module')!;
  return path().join(path().dirname(createRequire(here()).resolve('rhai-bridge/package.json')), relative);
}

/** A file of this package as a URL: relative to the module that runs, else in the installed package. */
export function fileInPackage(relative: string): URL {
  const beside = besideThis(`../../${relative}`);
  if (nodeModule('node:fs')!.existsSync(beside)) return url().pathToFileURL(beside);
  try {
    return url().pathToFileURL(inPackage(relative));
  } catch {
    return url().pathToFileURL(beside);
  }
}
