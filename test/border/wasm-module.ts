// The WebAssembly module as its border sees it: batches of records in, batches of records out. Nothing of src/ is used, so that the
// smoke test holds the module against the protocol itself.
import { readFileSync } from 'node:fs';

/** As much of the global as is used here; its types come with the DOM's, which this project does without. */
declare const WebAssembly: {
  Module: {
    new (bytes: Uint8Array | ArrayBuffer): object;
    customSections(module: object, name: string): [ArrayBuffer];
  };
  Instance: new (module: object, imports: object) => { exports: unknown };
};

interface Exports {
  memory: { readonly buffer: ArrayBuffer };
  loaded: { value: number };
  rhai_bridge_version(): number;
  rhai_bridge_inbox(bytes: number): void;
  rhai_bridge_receive(batchBytes: number): number;
  rhai_bridge_step(maxMicros: number, batchBytes: number, readBytes: number, fullBytes: number): number;
  rhai_bridge_report(): number;
  rhai_bridge_outbox_taken(bytes: number): void;
}

export interface Id {
  slot: number;
  generation: number;
}

export interface Received extends Id {
  kind: number;
  /** The payload, from its first byte. */
  body: DataView;
}

const HEADER_BYTES = 16;

/** Bytes of one record, written field by field. */
export class Record {
  #bytes: number[] = [];

  constructor(
    private readonly kind: number,
    private readonly id: Id,
  ) {}

  u32(...values: number[]): this {
    this.#bytes.push(...new Uint8Array(Uint32Array.from(values).buffer));
    return this;
  }

  f64(...values: number[]): this {
    this.#bytes.push(...new Uint8Array(Float64Array.from(values).buffer));
    return this;
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    this.u32(bytes.length).#bytes.push(...bytes);
    return this;
  }

  /** A value: an integer of 32 bits (tag 3). */
  integer(value: number): this {
    this.#bytes.push(3, ...new Uint8Array(Int32Array.of(value).buffer));
    return this;
  }

  bytes(): Uint8Array {
    const size = (HEADER_BYTES + this.#bytes.length + 7) & ~7;
    const record = new Uint8Array(size);
    record.set(new Uint8Array(Uint32Array.of(size, this.kind, this.id.slot, this.id.generation).buffer));
    record.set(this.#bytes, HEADER_BYTES);
    return record;
  }
}

/** One instance: one core. */
export class Module {
  private constructor(private readonly exports: Exports) {}

  /** The file is the first part of the module; what it calls of the rest stands in a section of its own. */
  static load(path: string): Module {
    const file = new WebAssembly.Module(readFileSync(path));
    const load = (): number => {
      const [rest] = WebAssembly.Module.customSections(file, 'rest');
      new WebAssembly.Instance(new WebAssembly.Module(rest), { rhai_bridge, first: exports });
      return (exports.loaded.value = 1);
    };
    const rhai_bridge = { now_ms: () => performance.now(), load };
    const exports = new WebAssembly.Instance(file, { rhai_bridge }).exports as Exports;
    return new Module(exports);
  }

  get version(): number {
    return this.exports.rhai_bridge_version();
  }

  /** Hands over a batch; returns how many records of it were taken. */
  send(...batch: Uint8Array[]): number {
    const bytes = batch.reduce((sum, record) => sum + record.length, 0);
    this.exports.rhai_bridge_inbox(bytes);
    let at = this.#report()[4]!;
    for (const record of batch) {
      new Uint8Array(this.exports.memory.buffer).set(record, at);
      at += record.length;
    }
    return this.exports.rhai_bridge_receive(bytes);
  }

  /** The first two words: where the outbox is, and how long; the fifth: where the inbox is. */
  #report(): Uint32Array {
    return new Uint32Array(this.exports.memory.buffer, this.exports.rhai_bridge_report(), 6);
  }

  /** Steps until nothing can run; what it sent meanwhile. */
  run(): Received[] {
    while (this.exports.rhai_bridge_step(1000, 0, 0, 1 << 16) === 1);
    const [at, bytes] = this.#report();
    const batch = this.exports.memory.buffer.slice(at!, at! + bytes!);
    this.exports.rhai_bridge_outbox_taken(bytes!);
    return [...recordsOf(new DataView(batch))];
  }
}

function* recordsOf(batch: DataView): Generator<Received> {
  for (let at = 0; at < batch.byteLength; at += batch.getUint32(at, true)) {
    const word = (index: number) => batch.getUint32(at + 4 * index, true);
    const body = new DataView(batch.buffer, at + HEADER_BYTES, word(0) - HEADER_BYTES);
    yield { kind: word(1), slot: word(2), generation: word(3), body };
  }
}
