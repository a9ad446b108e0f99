// The compiled module: found beside this package or where the user says, compiled once per place, shared by all engines.
// It is no part of the backend's own file, which is loaded while the platform compiles.

import { RhaiError } from '../../errors/index.js';
import { nodeModule } from '../../platform/node.js';
import { moduleUrl } from '../wasm-files.js';
import { absolute, wasmApi, type WasmModule } from './api.js';

const compiled = new Map<string, Promise<WasmModule>>();

/** The module at `url`, by default the package's own. A failure is not remembered. */
export function compileModule(url: string | URL | undefined): Promise<WasmModule> {
  const place = url === undefined ? moduleUrl() : absolute(url);
  const known = compiled.get(place.href);
  if (known !== undefined) return known;
  const module = fetchAndCompile(place).catch((error: unknown) => {
    compiled.delete(place.href);
    throw unusable(place, error);
  });
  compiled.set(place.href, module);
  return module;
}

function unusable(place: URL, error: unknown): RhaiError {
  const text = `The WebAssembly module ${place.href} cannot be used: ${(error as Error).message}`;
  return new RhaiError('RHAI_BACKEND', text, { cause: error });
}

async function fetchAndCompile(place: URL): Promise<WasmModule> {
  const files = place.protocol === 'file:' ? nodeModule('node:fs') : undefined;
  // (Read at once: that takes half a millisecond, and by way of the thread pool two.)
  if (files !== undefined) return wasmApi().compile(files.readFileSync(place));
  const response = await fetch(place);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return compileResponse(response);
}

/** While it still arrives; in one piece where the server gives it another type than application/wasm. */
async function compileResponse(response: Response): Promise<WasmModule> {
  const api = wasmApi();
  const isWasm = response.headers.get('content-type')?.startsWith('application/wasm') === true;
  if (isWasm && api.compileStreaming) return api.compileStreaming(Promise.resolve(response));
  return api.compile(await response.arrayBuffer());
}
