// The rest of the module, which is compiled when something of it is called for the first time; see scripts/wasm/split.mjs.

import { nodeModule } from '../../platform/node.js';
import { wasmApi, type CompiledModule, type RestFile, type WasmModule } from './api.js';

/** A piece of a file, for Node. */
export function pieceOf(path: string, at: number, end: number): Uint8Array {
  const files = nodeModule('node:fs')!;
  const file = files.openSync(path, 'r');
  try {
    const bytes = new Uint8Array(end - at);
    const read = files.readSync(file, bytes, 0, bytes.length, at);
    if (read < bytes.length) throw new Error(`it ends after ${at + read} of ${end} bytes`);
    return bytes;
  } finally {
    files.closeSync(file);
  }
}

const isCompiled = (rest: WasmModule['rest']): rest is CompiledModule =>
  !(rest instanceof Uint8Array) && !('path' in rest);

function bytesOf(rest: Uint8Array | RestFile): Uint8Array {
  return rest instanceof Uint8Array ? rest : pieceOf(rest.path, rest.at, rest.end);
}

/** Now, on this thread. */
export function compiledRest(module: WasmModule): CompiledModule {
  const { rest } = module;
  return isCompiled(rest) ? rest : (module.rest = new (wasmApi().Module)(bytesOf(rest)));
}

/** Off this thread. */
export async function compileRest(module: WasmModule): Promise<void> {
  if (!isCompiled(module.rest)) module.rest = await wasmApi().compile(bytesOf(module.rest));
}
