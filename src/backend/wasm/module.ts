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

/** Only the first part is read, and at once: that takes half a millisecond, and by way of the thread pool two. */
async function fromFile(path: string): Promise<WasmModule> {
  const [firstEnd, at, end] = placesOf(pieceOf(path, 0, HEAD_BYTES));
  pieceOf(path, end - 1, end); // the rest is there, too
  return moduleOf(pieceOf(path, 0, firstEnd), { path, at, end });
}

async function fetched(place: URL): Promise<WasmModule> {
  const response = await fetch(place);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length < HEAD_BYTES) throw new Error(`it ends after ${bytes.length} bytes`);
  const [firstEnd, at, end] = placesOf(bytes);
  if (bytes.length < end) throw new Error(`it ends after ${bytes.length} of ${end} bytes`);
  return moduleOf(bytes.subarray(0, firstEnd), bytes.subarray(at, end));
}

/**
 * Compiles the first part at once, where a thread may do that: it takes two milliseconds, and by way of other threads six on a busy machine.
 * Pages of older browsers may not, so the rest, too, is compiled before anything of it can be needed.
 */
async function moduleOf(bytes: Uint8Array, rest: WasmModule['rest']): Promise<WasmModule> {
  const api = wasmApi();
  const first = compiledAtOnce(bytes);
  if (first !== undefined) return { first, rest };
  const module = { first: await api.compile(bytes), rest };
  await compileRest(module);
  return module;
}

function compiledAtOnce(bytes: Uint8Array): CompiledModule | undefined {
  try {
    return new (wasmApi().Module)(bytes);
  } catch {
    return undefined;
  }
}

/** Where the first part ends, where the rest begins, and where it ends. */
function placesOf(head: Uint8Array): [number, number, number] {
  const view = new DataView(head.buffer, head.byteOffset + PARTS_AT);
  const [firstEnd, restAt, end] = [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true)];
  if (firstEnd < HEAD_BYTES || restAt < firstEnd || end <= restAt) throw new Error('it is no module of this package');
  return [firstEnd, restAt, end];
}
