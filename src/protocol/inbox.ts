// The ring that JavaScript fills: records are written in place, published in batches, and wait here when there is no room.
// A record begun while another is open (a getter that calls the engine) moves the outer one out of the ring first.

import type { Asides } from './asides.js';
import * as C from './constants.js';
import { Encoder } from './encode.js';
import { NO_OBJECTS, type HandleSource } from './handles.js';
import { NO_LIMITS, type ValueLimits } from './limits.js';
import { valueError } from './problem.js';
import { OutShapes } from './shapes.js';
import type { Views } from './views.js';

/** Less room than this is not worth starting in: the record would move out anyway. */
const MIN_ROOM = 512;

export class Inbox {
  readonly #shapes = new OutShapes();
  /** By depth of nesting. Own elements from the start: a setter on Array.prototype must not get one. */
  readonly #encoders: (Encoder | undefined)[] = [undefined, undefined, undefined, undefined];
  readonly #control: Int32Array;
  readonly #base: number;
  readonly #mask: number;
  readonly #quarter: number;
  /** Byte counters, wrapping at 2^32; `#published` is what the core may read. */
  #head = 0;
  #published = 0;
  /** What other threads have been shown. */
  #shared = 0;
  /** What the core had read when we last looked. */
  #tail = 0;
  #open = 0;
  /** Records that wait for room, in order; then every later record waits behind them. */
  #waiting: Uint8Array[] = [];
  /** Set before the first record. */
  handles: HandleSource | undefined;

  constructor(
    private readonly views: Views,
    base: number,
    private readonly size: number,
    private readonly spillPut: (bytes: Uint8Array) => number,
    private readonly asides?: Asides,
    /** Asks whoever can to let the core read what is published. */
    private readonly makeRoom?: () => void,
  ) {
    this.#control = views.i32;
    this.#base = base;
    this.#mask = size - 1;
    this.#quarter = size >>> 2;
  }

  /** Records that wait for room. */
  get backlog(): number {
    return this.#waiting.length;
  }

  /** Something is complete that the core has not been shown. */
  get dirty(): boolean {
    return this.#published !== this.#head || this.#waiting.length > 0;
  }

  /** Opens a record; every begin has one end or abort. */
  begin(kind: number, slot: number, generation: number, limits: ValueLimits = NO_LIMITS): Encoder {
    const level = this.#open++;
    if (level > 0) this.#encoders[level - 1]!.evacuate();
    const encoder = (this.#encoders[level] ??= new Encoder(
      this.views,
      level === 0 ? this.#shapes : undefined,
      this.asides,
      this.handles,
    ));
    const room = level === 0 && this.#waiting.length === 0 ? this.#contiguous() : 0;
    if (room >= MIN_ROOM) {
      const at = this.#base + (this.#head & this.#mask);
      encoder.openRing(at, at + Math.min(room, this.#quarter));
    } else {
      encoder.openScratch();
    }
    encoder.limits = limits;
    const dv = encoder.dv;
    const at = encoder.p;
    dv.setUint32(at + 4, kind, true);
    dv.setUint32(at + 8, slot, true);
    dv.setUint32(at + 12, generation, true);
    encoder.p = at + C.HEADER_BYTES;
    return encoder;
  }

  /** Completes the open record; it becomes visible with the next publish. */
  end(): void {
    const encoder = this.#encoders[--this.#open]!;
    encoder.ensure(7);
    while (encoder.p & 7) encoder.u8[encoder.p++] = 0;
    const bytes = encoder.p - encoder.start;
    encoder.dv.setUint32(encoder.start, bytes, true);
    if (encoder.inRing) this.#head = (this.#head + bytes) >>> 0;
    else this.#place(encoder.bytes());
    this.#close(encoder, true);
  }

  /** Drops the open record; returns the error a user may see. */
  abort(error: unknown): unknown {
    this.#close(this.#encoders[--this.#open]!, false);
    return valueError(error);
  }

  #close(encoder: Encoder, sent: boolean): void {
    encoder.settle(sent);
    if (encoder.objects !== NO_OBJECTS) {
      if (sent) this.handles?.objectsSent(encoder.objects);
      encoder.objects = NO_OBJECTS;
    }
    if (this.#open > 0) return;
    if (sent) this.#shapes.commit();
    else this.#shapes.rollback();
  }

  /**
   * Makes everything complete visible to the core when it is stepped on this thread; true when there was something new.
   * For other threads `share` must follow, or a step: who takes the core after that sees what was stored before.
   */
  publish(): boolean {
    if (this.#waiting.length > 0 && this.#open === 0) this.#retry();
    if (this.#published === this.#head) return false;
    this.#published = this.#head;
    this.#control[C.IN_HEAD] = this.#head | 0;
    return true;
  }

  /** Shows other threads what was published, unless a step did. */
  share(hasStepped: boolean): void {
    if (this.#shared === this.#published) return;
    this.#shared = this.#published;
    if (!hasStepped) Atomics.store(this.#control, C.IN_HEAD, this.#published | 0);
  }

  #used(): number {
    this.#tail = Atomics.load(this.#control, C.IN_TAIL);
    return (this.#head - this.#tail) >>> 0;
  }

  /** Free bytes from the head up to the tail or the ring's end. An old tail will do while it leaves enough. */
  #contiguous(): number {
    let free = this.size - ((this.#head - this.#tail) >>> 0);
    if (free < this.#quarter) free = this.size - this.#used();
    return Math.min(this.size - (this.#head & this.#mask), free);
  }

  #place(bytes: Uint8Array): void {
    if (bytes.length > this.#quarter) bytes = this.#spill(bytes);
    if (this.#waiting.length === 0) {
      if (this.#copy(bytes)) return;
      this.makeRoom?.();
      if (this.#copy(bytes)) return;
    }
    this.#waiting.push(bytes.slice());
  }

  /** Puts a large record aside and returns the small one that stands for it. */
  #spill(bytes: Uint8Array): Uint8Array {
    const id = this.spillPut(bytes);
    const header = new Uint32Array([C.HEADER_BYTES, C.SPILL, id, bytes.length]);
    return new Uint8Array(header.buffer);
  }

  #copy(bytes: Uint8Array): boolean {
    let at = this.#head & this.#mask;
    const room = this.size - at;
    const need = room < bytes.length ? room + bytes.length : bytes.length;
    if (this.#used() + need > this.size) return false;
    if (room < bytes.length) {
      this.views.dv.setUint32(this.#base + at, room, true);
      this.views.dv.setUint32(this.#base + at + 4, C.PAD, true);
      this.#head = (this.#head + room) >>> 0;
      at = 0;
    }
    this.views.u8.set(bytes, this.#base + at);
    this.#head = (this.#head + bytes.length) >>> 0;
    return true;
  }

  #retry(): void {
    let done = 0;
    while (done < this.#waiting.length && this.#copy(this.#waiting[done]!)) done++;
    if (done > 0) this.#waiting = this.#waiting.slice(done);
    if (this.#waiting.length > 0) Atomics.store(this.#control, C.WANT_SPACE, 1);
  }
}
