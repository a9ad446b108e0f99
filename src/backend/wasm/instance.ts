// One instance of the module: one core, used by whoever has the thread. An exception out of it is a trap: from then on
// nothing of it is called any more, only its last words are read from its memory.

import { CoreDeath } from '../death.js';
import { wasmApi, type WasmModule } from './module.js';

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  rhai_bridge_version(): number;
  rhai_bridge_inbox(bytes: number): number;
  rhai_bridge_receive(): number;
  rhai_bridge_step(maxMicros: number, hasBatch: number): number;
  rhai_bridge_step_run(slot: number, generation: number, maxMicros: number, hasBatch: number): number;
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

/** Words of the epitaph; wasm/src/epitaph.rs writes it. */
const SLOT = 0;
const GENERATION = 1;
const OUT_OF_MEMORY = 2;
const TEXT_BYTES = 3;
const TEXT_AT = 16;
const NOBODY = 0xffffffff;

/** From 1970 on, for timestamps; a clock that never goes back. */
const imports = { rhai_bridge: { now_ms: () => performance.timeOrigin + performance.now() } };

export class Instance {
  readonly #exports: Exports;
  readonly #epitaph: number;
  /** Index of the report's first word. */
  readonly #report: number;
  readonly counterNames: readonly string[];
  #death: CoreDeath | undefined;
  #bytes: Uint8Array;
  #words: Uint32Array;

  constructor(module: WasmModule) {
    const exports = (this.#exports = new (wasmApi().Instance)(module, imports).exports as Exports);
    this.#epitaph = exports.rhai_bridge_epitaph() >>> 0;
    this.#report = exports.rhai_bridge_report() >>> 2;
    const names = exports.rhai_bridge_counter_names() >>> 0;
    const end = names + exports.rhai_bridge_counter_names_bytes();
    this.#bytes = new Uint8Array(exports.memory.buffer);
    this.#words = new Uint32Array(exports.memory.buffer);
    this.counterNames = new TextDecoder().decode(this.#memory().subarray(names, end)).split(' ');
  }

  get version(): number {
    return this.#exports.rhai_bridge_version();
  }

  /** The memory as it is now: it moves when it grows. */
  #memory(): Uint8Array {
    this.#look();
    return this.#bytes;
  }

  #look(): void {
    const { buffer } = this.#exports.memory;
    if (this.#bytes.buffer === buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
  }

  /** A word of the report of the last call. */
  #told(index: number): number {
    this.#look();
    return this.#words[this.#report + index]!;
  }

  /** What is called must be alive. */
  get #alive(): Exports {
    if (this.#death !== undefined) throw this.#death;
    return this.#exports;
  }

  #died(error: unknown): CoreDeath {
    return (this.#death ??= this.#examine(error));
  }

  /** Room for a batch of records, to be filled at once. */
  inbox(bytes: number): Uint8Array {
    const exports = this.#alive;
    try {
      const at = exports.rhai_bridge_inbox(bytes) >>> 0;
      return this.#memory().subarray(at, at + bytes);
    } catch (error) {
      throw this.#died(error);
    }
  }

  /** Takes the batch, without a step. */
  receive(): void {
    const exports = this.#alive;
    try {
      exports.rhai_bridge_receive();
    } catch (error) {
      throw this.#died(error);
    }
  }

  /** Takes the batch, if there is one, and runs what can run; IDLE, MORE or BROKEN. */
  step(maxMicros: number, hasBatch: boolean): number {
    const exports = this.#alive;
    try {
      return exports.rhai_bridge_step(maxMicros, hasBatch ? 1 : 0);
    } catch (error) {
      throw this.#died(error);
    }
  }

  stepRun(slot: number, generation: number, maxMicros: number, hasBatch: boolean): number {
    const exports = this.#alive;
    try {
      return exports.rhai_bridge_step_run(slot, generation, maxMicros, hasBatch ? 1 : 0);
    } catch (error) {
      throw this.#died(error);
    }
  }

  /** The batch of records that waits to be read; good until the next call. */
  outbox(): Uint8Array {
    const bytes = this.#told(OUTBOX_BYTES);
    if (bytes === 0) return NOTHING;
    const at = this.#told(OUTBOX);
    return this.#bytes.subarray(at, at + bytes);
  }

  /** The first `bytes` of it have been read. */
  taken(bytes: number): void {
    const exports = this.#alive;
    try {
      exports.rhai_bridge_outbox_taken(bytes);
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

  /** In the order of `counterNames`, as bytes of f64; good until the next call. */
  counters(): Uint8Array {
    const exports = this.#alive;
    try {
      const at = exports.rhai_bridge_counters() >>> 0;
      return this.#memory().subarray(at, at + 8 * this.counterNames.length);
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
    const text = new TextDecoder().decode(this.#memory().subarray(at, at + bytes)) || String(error);
    return new CoreDeath('trap', `The WebAssembly instance died: ${text}`, run, { cause: error });
  }
}

const NOTHING = new Uint8Array(0);
