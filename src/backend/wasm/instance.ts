// One instance of the module: one core, used by whoever has the thread. An exception out of it is a trap: from then on
// nothing of it is called any more, only its last words are read from its memory.

import { CoreDeath } from '../death.js';
import { Bytes } from './bytes.js';
import { wasmApi, type WasmModule } from './api.js';
import { compiledRest } from './rest.js';

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Whether the rest of the module is there. */
  readonly loaded: { value: number };
  rhai_bridge_version(): number;
  rhai_bridge_inbox(bytes: number): void;
  rhai_bridge_receive(batchBytes: number): number;
  rhai_bridge_step(maxMicros: number, batchBytes: number, readBytes: number, fullBytes: number): number;
  rhai_bridge_step_run(
    slot: number,
    generation: number,
    maxMicros: number,
    batchBytes: number,
    readBytes: number,
  ): number;
  rhai_bridge_report(): number;
  rhai_bridge_outbox_taken(bytes: number): void;
  rhai_bridge_counters(): number;
  rhai_bridge_counter_names(): number;
  rhai_bridge_counter_names_bytes(): number;
  rhai_bridge_epitaph(): number;
}

/** Words of the report; wasm/src/report.rs writes it. */
const OUTBOX = 0;
const OUTBOX_BYTES = 1;
const DEADLINE_MS = 2;
const STEP_NS = 3;
const INBOX = 4;
const INBOX_BYTES = 5;

/** Words of the epitaph; wasm/src/epitaph.rs writes it. */
const SLOT = 0;
const GENERATION = 1;
const OUT_OF_MEMORY = 2;
const TEXT_BYTES = 3;
const TEXT_AT = 16;
const NOBODY = 0xffffffff;

/** What was read of the outbox is told with the next step; so much is told at once, for the memory. */
const MUCH_BYTES = 1 << 20;

/** From 1970 on, for timestamps; a clock that never goes back. (The globals are getters, which take as long as the clock.) */
const { timeOrigin } = performance;
const now = performance.now.bind(performance);
const now_ms = (): number => timeOrigin + now();

export class Instance {
  readonly #exports: Exports;
  readonly #epitaph: number;
  /** Index of the report's first word. */
  readonly #report: number;
  readonly counterNames: readonly string[];
  #death: CoreDeath | undefined;
  #memory: Bytes;
  /** The batch in the inbox, and what has been read of the outbox: told with the next step. */
  #batchBytes = 0;
  #readBytes = 0;

  constructor(module: WasmModule) {
    const own = { now_ms, load: () => this.#load(module, { rhai_bridge: own, first: this.#exports }) };
    const exports = new (wasmApi().Instance)(module.first, { rhai_bridge: own }).exports as Exports;
    this.#exports = exports;
    this.#epitaph = exports.rhai_bridge_epitaph() >>> 0;
    this.#report = exports.rhai_bridge_report() >>> 2;
    const names = exports.rhai_bridge_counter_names() >>> 0;
    const end = names + exports.rhai_bridge_counter_names_bytes();
    this.#memory = new Bytes(exports.memory.buffer);
    this.counterNames = new TextDecoder().decode(this.memory.bytes.subarray(names, end)).split(' ');
  }

  /** Something of the rest is called for the first time: it comes into the same memory and the same table. */
  #load(module: WasmModule, imports: object): number {
    new (wasmApi().Instance)(compiledRest(module), imports);
    return (this.#exports.loaded.value = 1);
  }

  get version(): number {
    return this.#exports.rhai_bridge_version();
  }

  /** The memory as it is now. It moves when it grows; then the views of before are empty. (To ask for the buffer takes 40 ns.) */
  get memory(): Bytes {
    if (this.#memory.words.length === 0) this.#memory = new Bytes(this.#exports.memory.buffer);
    return this.#memory;
  }

  /** A word of the report of the last call. */
  #told(index: number): number {
    return this.memory.words[this.#report + index]!;
  }

  /** What is called must be alive. */
  get #alive(): Exports {
    if (this.#death !== undefined) throw this.#death;
    return this.#exports;
  }

  #died(error: unknown): CoreDeath {
    return (this.#death ??= this.#examine(error));
  }

  /** Room for `bytes` bytes of records behind those that are in the inbox: where in `memory`. They must be written at once. */
  inbox(bytes: number): number {
    const exports = this.#alive;
    if (this.#batchBytes + bytes > this.#told(INBOX_BYTES)) this.#makeRoom(exports, bytes);
    const at = this.#told(INBOX) + this.#batchBytes;
    this.#batchBytes += bytes;
    return at;
  }

  #makeRoom(exports: Exports, bytes: number): void {
    try {
      this.receive();
      exports.rhai_bridge_inbox(bytes);
    } catch (error) {
      throw this.#died(error);
    }
  }

  /** Takes what is in the inbox, without a step. */
  receive(): void {
    const exports = this.#alive;
    const batchBytes = this.#batchBytes;
    if (batchBytes === 0) return;
    this.#batchBytes = 0;
    try {
      exports.rhai_bridge_receive(batchBytes);
    } catch (error) {
      throw this.#died(error);
    }
  }

  /** Takes what is in the inbox and runs what can run, until there are `fullBytes` to read; IDLE, MORE or BROKEN. */
  step(maxMicros: number, fullBytes: number): number {
    const exports = this.#alive;
    const batchBytes = this.#batchBytes;
    const readBytes = this.#readBytes;
    this.#batchBytes = this.#readBytes = 0;
    try {
      return exports.rhai_bridge_step(maxMicros, batchBytes, readBytes, fullBytes);
    } catch (error) {
      throw this.#died(error);
    }
  }

  stepRun(slot: number, generation: number, maxMicros: number): number {
    const exports = this.#alive;
    const batchBytes = this.#batchBytes;
    const readBytes = this.#readBytes;
    this.#batchBytes = this.#readBytes = 0;
    try {
      return exports.rhai_bridge_step_run(slot, generation, maxMicros, batchBytes, readBytes);
    } catch (error) {
      throw this.#died(error);
    }
  }

  /** Where in `memory` the records stand that wait to be read; good until the next call. */
  get outbox(): number {
    return this.#told(OUTBOX) + this.#readBytes;
  }

  get outboxBytes(): number {
    return this.#told(OUTBOX_BYTES) - this.#readBytes;
  }

  /** The first `bytes` of them have been read. */
  taken(bytes: number): void {
    this.#readBytes += bytes;
    if (this.#readBytes < MUCH_BYTES) return;
    const exports = this.#alive;
    const readBytes = this.#readBytes;
    this.#readBytes = 0;
    try {
      exports.rhai_bridge_outbox_taken(readBytes);
    } catch (error) {
      throw this.#died(error);
    }
  }

  /** Milliseconds from the last step until the next one that must be, though nothing came; NO_DEADLINE when there is none. */
  get deadlineMs(): number {
    return this.#told(DEADLINE_MS);
  }

  /** How long the last step took, as the core measured it. */
  get stepNs(): number {
    return this.#told(STEP_NS);
  }

  /** In the order of `counterNames`, as f64: where in `memory`; good until the next call. */
  counters(): number {
    const exports = this.#alive;
    try {
      return exports.rhai_bridge_counters() >>> 0;
    } catch (error) {
      throw this.#died(error);
    }
  }

  /** What the dead left behind. */
  #examine(error: unknown): CoreDeath {
    const memory = new DataView(this.#exports.memory.buffer, this.#epitaph);
    const word = (index: number): number => memory.getUint32(4 * index, true);
    const slot = word(SLOT);
    const run = slot === NOBODY ? undefined : { slot, generation: word(GENERATION) };
    if (word(OUT_OF_MEMORY) === 1)
      return new CoreDeath('memory', 'The WebAssembly memory is used up.', run, { cause: error });
    const at = this.#epitaph + TEXT_AT;
    const bytes = Math.min(word(TEXT_BYTES), 1024);
    const text = new TextDecoder().decode(this.memory.bytes.subarray(at, at + bytes)) || String(error);
    return new CoreDeath('trap', `The WebAssembly instance died: ${text}`, run, { cause: error });
  }
}
