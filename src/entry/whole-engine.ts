// The rest of page-engine.ts: what an engine is. Its members become those of the class that users have had from the beginning, so that
// there is one class, whichever file made it.

import { chooseBackend, chooseBackendSync } from '../backend/choose.js';
import type { Backend } from '../backend/core.js';
import type { compileModule } from '../backend/wasm/module.js';
import { RhaiEngine as Engine } from '../engine/engine.js';
import { resolveOptions, type EngineOptions, type ResolvedOptions } from '../options/engine.js';

/** Part of this file: a page always needs it. */
export { wasmBackendOn } from '../backend/wasm/backend.js';

/** Gives `late` the engine's members, and makes its `create` real. `compile` knows of the modules that are under way. */
export function completed(late: typeof Engine, compile?: typeof compileModule): typeof Engine {
  const members = Object.getOwnPropertyDescriptors(Engine.prototype);
  Object.defineProperties(late.prototype, { ...members, constructor: { value: late } });
  const make = (backend: Backend, options: ResolvedOptions): Engine =>
    Reflect.construct(Engine, [backend, options], late) as Engine;
  const ways = {
    async create(options?: EngineOptions) {
      const resolved = resolveOptions(options);
      return make(await chooseBackend(resolved, compile), resolved);
    },
    createSync(options?: EngineOptions) {
      const resolved = resolveOptions(options);
      return make(chooseBackendSync(resolved), resolved);
    },
  };
  return Object.defineProperties(late, Object.getOwnPropertyDescriptors(ways));
}
