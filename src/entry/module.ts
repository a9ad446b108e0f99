// What `import 'rhai-bridge'` gives where nothing says that it is a browser, as in a bundle for Node: the browser's module, and the engine
// with it at once, for `createSync` cannot wait.
/// <reference lib="esnext.disposable" preserve="true" />

import { RhaiEngine as Late } from './page-engine.js';
import { completed } from './whole-engine.js';

export const RhaiEngine = completed(Late);
export type RhaiEngine = Late;
export * from './names.js';
