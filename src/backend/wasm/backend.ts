// The WebAssembly backend: one compiled module, a home core in an instance on this thread, worker cores in workers.

import { RhaiError } from '../../errors/index.js';
import { node } from '../../platform/node.js';
import { VERSION } from '../../protocol/constants.js';
import type { Backend, Core } from '../core.js';
import { BackgroundCore } from './background.js';
import { CoreSide } from './core-side.js';
import { InlineCore } from './inline.js';
import { Instance } from './instance.js';
import type { WasmModule } from './api.js';

/** Where the files are, when they are not beside this package. */
export interface WasmPlaces {
  readonly wasmUrl: string | URL | undefined;
  readonly workerUrl: string | URL | undefined;
}

/** The backend on a compiled module. */
export function wasmBackendOn(module: WasmModule, places: WasmPlaces): Backend {
  return {
    name: 'wasm',
    capabilities: {
      sync: true,
      createSync: false,
      threads: node !== undefined || 'Worker' in globalThis,
      asyncContext: node !== undefined,
    },
    open(kind, buffer, outboxBytes, inboxBytes, onWake): Core {
      const side = new CoreSide(buffer, outboxBytes, inboxBytes);
      if (kind === 'worker') return new BackgroundCore(module, places.workerUrl, side, onWake);
      return new InlineCore(instanceOf(module), side);
    },
  };
}

function instanceOf(module: WasmModule): Instance {
  const instance = makeInstance(module);
  if (instance.version === VERSION) return instance;
  const text = `The WebAssembly module speaks protocol ${instance.version}, this package ${VERSION}.`;
  throw new RhaiError('RHAI_BACKEND', text);
}

function makeInstance(module: WasmModule): Instance {
  try {
    return new Instance(module);
  } catch (error) {
    const text = `The WebAssembly module could not be started: ${(error as Error).message}`;
    throw new RhaiError('RHAI_BACKEND', text, { cause: error });
  }
}
