// One instance of the module: one core, used by whoever has the thread. An exception out of it is a trap: from then on
// nothing of it is called any more, only its last words are read from its memory.

import { CoreDeath } from '../death.js';
import { wasmApi, type WasmModule } from './module.js';

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  rhai_bridge_version(): number;
  rhai_bridge_inbox(bytes: number): number;
  rhai_bridge_receive(): number;
  rhai_bridge_step(maxMicros: number): number;
  rhai_bridge_step_run(slot: number, generation: number, maxMicros: number): number;
  rhai_bridge_outbox(): number;
  rhai_bridge_outbox_bytes(): number;
  rhai_bridge_outbox_taken(bytes: number): void;
  rhai_bridge_deadline_ms(): number;
  rhai_bridge_counters(): number;
  rhai_bridge_counter_names(): number;
  rhai_bridge_counter_names_bytes(): number;
  rhai_bridge_epitaph(): number;
}

/** Words of the epitaph; wasm/src/epitaph.rs writes it. */
const SLOT = 0;
const GENERATION = 1;
const OUT_OF_MEMORY = 2;
const TEXT_BYTES = 3;
const TEXT_AT = 16;
const NOBODY = 0xffffffff;

const imports = { rhai_bridge: { now_ms: () => performance.now() } };

export class Instance {
  readonly #exports: Exports;
  readonly #epitaph: number;
  readonly counterNames: readonly string[];
  #death: CoreDeath | undefined;
  #bytes: Uint8Array;

  constructor(module: WasmModule) {
    this.#exports = new (wasmApi().Instance)(module, imports).exports as Exports;
    this.#bytes = new Uint8Array(this.#exports.memory.buffer);
    this.#epitaph = this.#exports.rhai_bridge_epitaph() >>> 0;
    const names = this.#exports.rhai_bridge_counter_names() >>> 0;
    const end = names + this.#exports.rhai_bridge_counter_names_bytes();
    this.counterNames = new TextDecoder().decode(this.#memory().subarray(names, end)).split(' ');
  }

  get version(): number {
    return this.#exports.rhai_bridge_version();
  }

  /** The memory as it is now: it moves when it grows. */
  #memory(): Uint8Array {
    const { buffer } = this.#exports.memory;
    return this.#bytes.buffer === buffer ? this.#bytes : (this.#bytes = new Uint8Array(buffer));
  }

  #call<T>(work: (exports: Exports) => T): T {
    if (this.#death !== undefined) throw this.#death;
    try {
      return work(this.#exports);
    } catch (error) {
      throw (this.#death = this.#examine(error));
    }
  }

  /** Room for a batch of records, to be filled at once. */
  inbox(bytes: number): Uint8Array {
    const at = this.#call((exports) => exports.rhai_bridge_inbox(bytes)) >>> 0;
    return this.#memory().subarray(at, at + bytes);
  }

  /** Takes the batch. */
  receive(): void {
    this.#call((exports) => exports.rhai_bridge_receive());
  }

  /** Runs what can run; IDLE, MORE or BROKEN. */
  step(maxMicros: number): number {
    return this.#call((exports) => exports.rhai_bridge_step(maxMicros));
  }

  stepRun(slot: number, generation: number, maxMicros: number): number {
    return this.#call((exports) => exports.rhai_bridge_step_run(slot, generation, maxMicros));
  }

  /** The batch of records that waits to be read; good until the next call. */
  outbox(): Uint8Array {
    const bytes = this.#call((exports) => exports.rhai_bridge_outbox_bytes());
    if (bytes === 0) return NOTHING;
    const at = this.#call((exports) => exports.rhai_bridge_outbox()) >>> 0;
    return this.#memory().subarray(at, at + bytes);
  }

  /** The first `bytes` of it have been read. */
  taken(bytes: number): void {
    this.#call((exports) => exports.rhai_bridge_outbox_taken(bytes));
  }

  /** Milliseconds until it must be stepped though nothing came. */
  deadlineMs(): number {
    return this.#call((exports) => exports.rhai_bridge_deadline_ms());
  }

  /** In the order of `counterNames`. */
  counters(): Float64Array {
    const at = this.#call((exports) => exports.rhai_bridge_counters()) >>> 0;
    return new Float64Array(this.#memory().slice(at, at + 8 * this.counterNames.length).buffer);
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
