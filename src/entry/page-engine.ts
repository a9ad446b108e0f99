// RhaiEngine in a page, before there is an engine: a class whose members come with the first `create`. They are a file of their own, seven
// eighths of the bytes; it is fetched beside the WebAssembly module, which so need not wait until all that has been parsed.

import { compileModule } from '../backend/wasm/module.js';
import type { RhaiEngine as Engine } from '../engine/engine.js';
import { RhaiError } from '../errors/index.js';
import { place } from '../options/check.js';
import type { EngineOptions } from '../options/engine.js';
import { node } from '../platform/node.js';

class PageEngine {
  constructor() {
    throw new TypeError('An engine is made by `await RhaiEngine.create()`, or by RhaiEngine.createSync().');
  }

  static async create(options?: EngineOptions): Promise<Engine> {
    beginModule(options);
    const { completed } = await import('./whole-engine.js');
    return completed(RhaiEngine, compileModule).create(options);
  }

  static createSync(): Engine {
    const text = 'There is no engine yet that createSync could make: use `await RhaiEngine.create()`.';
    throw new RhaiError('RHAI_BACKEND', text);
  }
}
Object.defineProperty(PageEngine, 'name', { value: 'RhaiEngine' });

export const RhaiEngine = PageEngine as unknown as typeof Engine;
export type RhaiEngine = Engine;

/** In a page it will be needed. Whoever needs it asks again, and hears then what went wrong. */
function beginModule(options: EngineOptions | undefined): void {
  if (node === undefined) compileModule(place('wasmUrl', options?.wasmUrl)).catch(() => {});
}
