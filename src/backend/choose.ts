// Which backend an engine gets: the native one where its addon loads, else WebAssembly, and why.

import { RhaiError } from '../errors/index.js';
import { node } from '../platform/node.js';
import type { Backend } from './core.js';
import { nativeBackend } from './native.js';
import type { WasmPlaces } from './wasm/backend.js';
import { compileModule } from './wasm/module.js';

export interface BackendChoice extends WasmPlaces {
  readonly backend: 'auto' | 'native' | 'wasm';
}

/** Gives the WebAssembly module of a place. */
type Compile = typeof compileModule;

/**
 * Rejects with a RhaiError that says why there is none. The backend has a file of its own: parsing it is a sixth of the import for
 * those who never need it. It is loaded while the platform compiles the module.
 */
export async function wasmBackend(places: WasmPlaces, compile?: Compile): Promise<Backend> {
  const compiling = (compile ?? compileModule)(places.wasmUrl);
  const [{ wasmBackendOn }, module] = await Promise.all([import('./wasm/backend.js'), compiling]);
  return wasmBackendOn(module, places);
}

/** The backend, made or found made. */
export async function chooseBackend(choice: BackendChoice, compile?: Compile): Promise<Backend> {
  if (choice.backend === 'native') return nativeBackend();
  if (choice.backend === 'wasm') return wasmBackend(choice, compile);
  const native = tryNative();
  if (!(native instanceof RhaiError)) return native;
  const wasm = await wasmBackend(choice, compile).catch((error: Error) => {
    throw new RhaiError('RHAI_BACKEND', `${native.message} ${error.message}`, { cause: native });
  });
  // A browser never has the native backend: nothing to warn of.
  return node === undefined ? wasm : { ...wasm, fallback: `Scripts run in WebAssembly: ${native.message}` };
}

function tryNative(): Backend | RhaiError {
  try {
    return nativeBackend();
  } catch (error) {
    if (error instanceof RhaiError) return error;
    throw error;
  }
}

/** The backend that needs nobody to wait. */
export function chooseBackendSync(choice: BackendChoice): Backend {
  if (choice.backend === 'wasm')
    throw new RhaiError(
      'RHAI_BACKEND',
      'createSync cannot make a WASM engine: use `await RhaiEngine.create()`.',
    );
  const native = tryNative();
  if (!(native instanceof RhaiError)) return native;
  const hint = 'Use `await RhaiEngine.create()`, which also finds the WASM backend.';
  throw new RhaiError('RHAI_BACKEND', `${native.message} ${hint}`, { cause: native });
}
