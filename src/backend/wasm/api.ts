// WebAssembly as the platform has it, and addresses as it understands them.

import { RhaiError } from '../../errors/index.js';

/** Opaque: a `WebAssembly.Module`. */
export type CompiledModule = object & { readonly __module?: never };

/** Where the rest of the module is in a file, which stays open: another file that takes its name is none of it. */
export interface RestFile {
  readonly file: number;
  readonly at: number;
  readonly end: number;
}

/**
 * The module as scripts/wasm/split.mjs parts it: what a first script needs, and the rest, compiled or in a file; undefined: it is still in a
 * section of `first`. Workers are sent it as it is.
 */
export interface WasmModule {
  readonly first: CompiledModule;
  rest: CompiledModule | RestFile | undefined;
}

/** As much of the global as is used; its types come with the DOM's, which users in Node do without. */
interface WebAssemblyApi {
  compile(bytes: Uint8Array | ArrayBuffer): Promise<CompiledModule>;
  compileStreaming?(response: Promise<Response>): Promise<CompiledModule>;
  Module: {
    new (bytes: Uint8Array | ArrayBuffer): CompiledModule;
    customSections(module: CompiledModule, name: string): ArrayBuffer[];
  };
  Instance: new (module: CompiledModule, imports: object) => { readonly exports: unknown };
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
