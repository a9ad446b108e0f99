// WebAssembly as the platform has it, and addresses as it understands them.

import { RhaiError } from '../../errors/index.js';

/** Opaque: a `WebAssembly.Module`. */
export type WasmModule = object & { readonly __module?: never };

/** As much of the global as is used; its types come with the DOM's, which users in Node do without. */
interface WebAssemblyApi {
  compile(bytes: Uint8Array | ArrayBuffer): Promise<WasmModule>;
  compileStreaming?(response: Promise<Response>): Promise<WasmModule>;
  Instance: new (module: WasmModule, imports: object) => { readonly exports: unknown };
}

export const wasmApi = (): WebAssemblyApi => {
  const api = (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;
  if (api === undefined) throw new RhaiError('RHAI_BACKEND', 'There is no WebAssembly here.');
  return api;
};

/** In a page, relative to the page. */
export function absolute(url: string | URL): URL {
  return new URL(url, (globalThis as { location?: { href: string } }).location?.href);
}
