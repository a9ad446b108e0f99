// The rest of the module, which is compiled when something of it is called for the first time; see scripts/wasm/split.mjs.

import { nodeModule } from '../../platform/node.js';
import { wasmApi, type CompiledModule, type WasmModule } from './api.js';

/** A piece of an open file, for Node. */
export function pieceOf(file: number, at: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - at);
  const read = nodeModule('node:fs')!.readSync(file, bytes, 0, bytes.length, at);
  if (read < bytes.length) throw new Error(`it ends after ${at + read} of ${end} bytes`);
  return bytes;
}

/** The compiled rest of the module; else its bytes. */
function found({ first, rest }: WasmModule): { compiled: CompiledModule } | { bytes: Uint8Array | ArrayBuffer } {
  if (rest === undefined) return { bytes: wasmApi().Module.customSections(first, 'rest')[0]! };
  return 'file' in rest ? { bytes: pieceOf(rest.file, rest.at, rest.end) } : { compiled: rest };
}

/** Now, on this thread. */
export function compiledRest(module: WasmModule): CompiledModule {
  const rest = found(module);
  return (module.rest = 'compiled' in rest ? rest.compiled : new (wasmApi().Module)(rest.bytes));
}

/** Off this thread. */
export async function compileRest(module: WasmModule): Promise<void> {
  const rest = found(module);
  module.rest = 'compiled' in rest ? rest.compiled : await wasmApi().compile(rest.bytes);
}
