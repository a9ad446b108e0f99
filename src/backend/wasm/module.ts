// The compiled module: found beside this package or where the user says, compiled once per place, shared by all engines.
// It is no part of the backend's own file, which is loaded while the platform compiles.

import { RhaiError } from '../../errors/index.js';
import { nodeModule } from '../../platform/node.js';
import { moduleUrl } from '../wasm-files.js';
import { absolute, wasmApi, type CompiledModule, type WasmModule } from './api.js';
import { compileRest, pieceOf } from './rest.js';

const compiled = new Map<string, Promise<WasmModule>>();

/** The file's first bytes: WebAssembly's own eight, the head of a section, and then where the parts are, in three numbers. */
const PARTS_AT = 16;
const HEAD_BYTES = 28;
const FOREIGN = 'it is no module of this package';

/** The module at `url`, by default the package's own. A failure is not remembered. */
export function compileModule(url: string | URL | undefined): Promise<WasmModule> {
  const place = url === undefined ? moduleUrl() : absolute(url);
  const known = compiled.get(place.href);
  if (known !== undefined) return known;
  const module = readAndCompile(place).catch((error: unknown) => {
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

function readAndCompile(place: URL): Promise<WasmModule> {
  const isFile = place.protocol === 'file:' && nodeModule('node:fs') !== undefined;
  return isFile ? fromFile(nodeModule('node:url')!.fileURLToPath(place)) : fetched(place);
}

/**
 * Only the first part is read, and at once: that takes half a millisecond, and by way of the thread pool two. It is also compiled at once:
 * two milliseconds, and by way of other threads six on a busy machine.
 */
async function fromFile(path: string): Promise<WasmModule> {
  const files = nodeModule('node:fs')!;
  const file = files.openSync(path, 'r');
  try {
    const [firstEnd, at, end] = placesOf(pieceOf(file, 0, HEAD_BYTES));
    pieceOf(file, end - 1, end); // the rest is there, too
    return { first: new (wasmApi().Module)(pieceOf(file, 0, firstEnd)), rest: { file, at, end } };
  } catch (error) {
    files.closeSync(file);
    throw error;
  }
}

/** The rest is a section of it, which the platform passes over. */
async function fetched(place: URL): Promise<WasmModule> {
  const response = await fetch(place);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const first = await compileResponse(response);
  if (wasmApi().Module.customSections(first, 'parts').length === 0) throw new Error(FOREIGN);
  const module: WasmModule = { first, rest: undefined };
  if (mustWait()) await compileRest(module);
  return module;
}

/** While it still arrives; in one piece where the server gives it another type than application/wasm. */
async function compileResponse(response: Response): Promise<CompiledModule> {
  const api = wasmApi();
  const isWasm = response.headers.get('content-type')?.startsWith('application/wasm') === true;
  if (isWasm && api.compileStreaming) return api.compileStreaming(Promise.resolve(response));
  return api.compile(await response.arrayBuffer());
}

/** Whether this thread may not compile anything large by itself, as in pages of older browsers: then nothing is left for later. */
function mustWait(): boolean {
  const bytes = new Uint8Array(8192); // nothing but one section of 8,181 bytes
  bytes.set([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 0xf5, 0x3f]);
  try {
    void new (wasmApi().Module)(bytes);
    return false;
  } catch {
    return true;
  }
}

/** Where the first part ends, where the rest begins, and where it ends. */
function placesOf(head: Uint8Array): [number, number, number] {
  const view = new DataView(head.buffer, head.byteOffset + PARTS_AT);
  const [firstEnd, restAt, end] = [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true)];
  if (firstEnd < HEAD_BYTES || restAt < firstEnd || end <= restAt) throw new Error(FOREIGN);
  return [firstEnd, restAt, end];
}
