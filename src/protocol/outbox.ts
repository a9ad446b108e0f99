// The ring that the core fills, drained in order: each record goes to the sink exactly once, spilled ones included.
// A sink may run user code that drains again; so the position moves on before the sink is called.

import * as C from './constants.js';
import { Decoder } from './decode.js';
import { DecodeContext } from './decode-context.js';
import { MalformedRecord } from './problem.js';
import { Views } from './views.js';

/**
 * Takes one record. It must decode all of it, also when nobody wants it any more (a shape may be defined inside),
 * and before it runs any user code.
 */
export interface RecordSink {
  record(kind: number, slot: number, generation: number, body: Decoder): void;
}

const PUBLISH_EVERY = 64;

export class Outbox {
  readonly context = new DecodeContext();
  readonly #decoder: Decoder;
  readonly #control: Int32Array;
  readonly #mask: number;
  readonly #limit: number;
  /** Byte counter, wrapping at 2^32. */
  #tail = 0;
  #sincePublish = 0;
  /** What other threads have been shown of the tail. */
  #shared = 0;

  constructor(
    private readonly views: Views,
    private readonly base: number,
    size: number,
    private readonly spillTake: (id: number) => ArrayBuffer,
  ) {
    this.#decoder = new Decoder(views, this.context);
    this.#control = views.i32;
    this.#mask = size - 1;
    this.#limit = base + size;
  }

  /** Hands every published record to the sink; returns how many there were. */
  drain(sink: RecordSink): number {
    // A plain look first: atomics cost as much as a record's header. What it misses, a wake will tell: the worker
    // publishes before it looks at WAKE, and whoever called us saw everything that was published before that.
    if (this.#control[C.WAKE] !== 0) Atomics.store(this.#control, C.WAKE, 0);
    if (this.#control[C.OUT_HEAD] === (this.#tail | 0)) return 0;
    const head = Atomics.load(this.#control, C.OUT_HEAD);
    this.context.startBatch();
    let records = 0;
    for (; ((head - this.#tail) | 0) > 0; records++) this.#one(sink);
    if (this.#sincePublish > 0) this.#publish();
    return records;
  }

  /** True when the core holds records that wait for room. Who has just made room must look carefully: the core may be about to say so. */
  takeOverflow(carefully: boolean): boolean {
    const seen = carefully ? Atomics.load(this.#control, C.OUT_OVERFLOW) : this.#control[C.OUT_OVERFLOW];
    if (seen === 0) return false;
    return Atomics.exchange(this.#control, C.OUT_OVERFLOW, 0) !== 0;
  }

  /** As `Inbox.publish`: enough for this thread. */
  #publish(): void {
    this.#sincePublish = 0;
    this.#control[C.OUT_TAIL] = this.#tail | 0;
  }

  /** Shows other threads what was drained, unless a step did. */
  share(hasStepped: boolean): void {
    if (this.#shared === this.#tail) return;
    this.#shared = this.#tail;
    if (!hasStepped) Atomics.store(this.#control, C.OUT_TAIL, this.#tail | 0);
  }

  #one(sink: RecordSink): void {
    const dv = this.views.dv;
    const at = this.base + (this.#tail & this.#mask);
    const size = dv.getUint32(at, true);
    const kind = dv.getUint32(at + 4, true);
    if (size < 8 || size & 7 || at + size > this.#limit)
      throw new MalformedRecord(`a record of ${size} bytes`);
    this.#tail = (this.#tail + size) >>> 0;
    if (kind !== C.PAD) this.#deliver(sink, kind, at, size);
    if (++this.#sincePublish >= PUBLISH_EVERY) this.#publish();
  }

  #deliver(sink: RecordSink, kind: number, at: number, size: number): void {
    const slot = this.views.dv.getUint32(at + 8, true);
    if (kind === C.SPILL) return this.#spilled(sink, slot);
    this.#decoder.open(at + C.HEADER_BYTES, at + size);
    sink.record(kind, slot, this.views.dv.getUint32(at + 12, true), this.#decoder);
  }

  #spilled(sink: RecordSink, id: number): void {
    const views = new Views(this.spillTake(id));
    const dv = views.dv;
    const decoder = new Decoder(views, this.context);
    decoder.open(C.HEADER_BYTES, dv.getUint32(0, true));
    sink.record(dv.getUint32(4, true), dv.getUint32(8, true), dv.getUint32(12, true), decoder);
  }
}
