// What the calling thread and a worker say to each other. Batches of records are one ArrayBuffer each, with a small head
// in front, and maybe room behind them; everything else (the module, the first word of a worker, its last) is rare and a plain object.

import type { CauseOfDeath } from '../death.js';
import type { WasmModule } from './api.js';

/** To the worker: u32 how many bytes of batches have been read here (wrapping), u32 bytes of records; then these. */
export const ASK_HEAD = 8;

/** From the worker: u32 how many counters, with `GOES_ON` if it goes on by itself; u32 bytes of records; then f64 counters, then records. */
export const ANSWER_HEAD = 8;
export const GOES_ON = 0x100;

/** The first message to a worker. */
export interface Birth {
  readonly module: WasmModule;
}

/** The first message from a worker. */
export interface Hello {
  readonly version: number;
  readonly counterNames: readonly string[];
}

/** The last one, after a trap. */
export interface LastWords {
  readonly why: CauseOfDeath;
  readonly message: string;
  readonly run: { readonly slot: number; readonly generation: number } | undefined;
}

export type FromWorker = ArrayBuffer | Hello | LastWords;

/** A batch that is read here may not be followed by more than this before we hear that it was read. */
export const UNREAD_BYTES = 4 << 20;
/** Having read this much, the calling thread says so, though it has nothing else to say. */
export const TELL_BYTES = 1 << 20;
