// The two files of the WebAssembly backend beside this package, seen from src/backend as from dist/entry and dist/chunks.
// The expressions are literal, because that is how bundlers (Vite, webpack, Parcel) find what to copy and to bundle.

import { node } from '../platform/node.js';
import { fileInPackage } from '../platform/places.js';

/** As much of a browser's Worker as is used. */
export interface WebWorker {
  onmessage: ((event: { data: unknown }) => void) | null;
  onerror: ((event: { message?: string; preventDefault?(): void }) => void) | null;
  onmessageerror: ((event: unknown) => void) | null;
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  terminate(): void;
}
declare const Worker: new (url: string | URL, options: { type: 'module'; name?: string }) => WebWorker;

/** Where the module is. */
export function moduleUrl(): URL {
  if (node !== undefined) return fileInPackage('wasm/pkg/rhai_bridge.wasm');
  return new URL('../../wasm/pkg/rhai_bridge.wasm', import.meta.url);
}

/** Where the script of Node's workers is. */
export const nodeWorkerUrl = (): URL => fileInPackage('wasm/pkg/worker.js');

/** A browser's worker with our script. */
export const ownWebWorker = (): WebWorker =>
  new Worker(new URL('../../wasm/pkg/worker.js', import.meta.url), { type: 'module' });

/** The same with a script from elsewhere. */
export const webWorkerFrom = (url: string | URL): WebWorker => new Worker(url, { type: 'module' });
