// The core's half of the two rings, for a core that shares no memory with JavaScript: published records are copied out
// as one batch, a batch of records is copied in. Side buffers of large records are dissolved here.

import * as C from '../../protocol/constants.js';
import { Views } from '../../protocol/views.js';
import { Bytes, copy } from './bytes.js';

/** A record above this part of the ring goes aside. */
const SPILL_SHIFT = 2;

/** Who takes batches for the core: makes room for so many bytes and says where it is in `memory`, which may be another one then. */
export interface Taker {
  inbox(bytes: number): number;
  readonly memory: Bytes;
}

export class CoreSide {
  readonly #views: Views;
  readonly #rings: Bytes;
  readonly #control: Int32Array;
  readonly #inBase: number;
  readonly #inMask: number;
  readonly #outMask: number;
  readonly #outSize: number;
  /** Byte counters, wrapping at 2^32. */
  #inTail = 0;
  #outHead = 0;
  readonly #put = new Map<number, Uint8Array>();
  readonly #aside = new Map<number, ArrayBuffer>();
  #nextId = 0;

  constructor(buffer: ArrayBuffer, outboxBytes: number, inboxBytes: number) {
    this.#views = new Views(buffer);
    this.#rings = new Bytes(buffer);
    this.#control = this.#views.i32;
    this.#inBase = C.CONTROL_BYTES + outboxBytes;
    this.#inMask = inboxBytes - 1;
    this.#outMask = outboxBytes - 1;
    this.#outSize = outboxBytes;
  }

  // Records from JavaScript.

  spillPut(bytes: Uint8Array): number {
    const id = this.#nextId++ >>> 0;
    this.#put.set(id, bytes.slice());
    return id;
  }

  /** Moves everything published to `taker`; false when there was nothing. */
  takeInbox(taker: Taker): boolean {
    const head = Atomics.load(this.#control, C.IN_HEAD) >>> 0;
    const bytes = (head - this.#inTail) >>> 0;
    if (bytes === 0) return false;
    const start = this.#inTail & this.#inMask;
    if (this.#put.size === 0 && start + bytes <= this.#inMask + 1) {
      const at = taker.inbox(bytes); // one piece of the ring, as nearly always
      copy(this.#rings, this.#inBase + start, taker.memory, at, bytes);
    } else this.#takeParts(head, taker);
    this.#inTail = head;
    Atomics.store(this.#control, C.IN_TAIL, head | 0);
    return true;
  }

  #takeParts(head: number, taker: Taker): void {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for (let tail = this.#inTail; tail !== head;) {
      const at = this.#inBase + (tail & this.#inMask);
      const size = this.#views.dv.getUint32(at, true);
      const part = this.#part(at, size);
      if (part !== undefined) bytes += parts[parts.push(part) - 1]!.length;
      tail = (tail + size) >>> 0;
    }
    let at = taker.inbox(bytes);
    for (const part of parts) {
      taker.memory.bytes.set(part, at);
      at += part.length;
    }
  }

  /** One record; undefined for the filler at the ring's end. */
  #part(at: number, size: number): Uint8Array | undefined {
    const kind = this.#views.dv.getUint32(at + 4, true);
    if (kind === C.PAD) return undefined;
    if (kind !== C.SPILL) return this.#views.u8.subarray(at, at + size);
    const id = this.#views.dv.getUint32(at + 8, true);
    const aside = this.#put.get(id);
    this.#put.delete(id);
    return aside;
  }

  /** JavaScript holds records that wait for room in the inbox. Asked once. */
  wantsSpace(): boolean {
    return Atomics.exchange(this.#control, C.WANT_SPACE, 0) !== 0;
  }

  // Records to JavaScript.

  spillTake(id: number): ArrayBuffer {
    const bytes = this.#aside.get(id);
    if (bytes === undefined) throw new RangeError('rhai-bridge: no such side buffer');
    this.#aside.delete(id);
    return bytes;
  }

  /** Publishes as many whole records of the `count` bytes at `at` as there is room for; returns their bytes. */
  putOutbox(from: Bytes, at: number, count: number): number {
    const done = this.#putStraight(from, at, count) ? count : this.#putParts(from, at, count);
    if (done > 0) Atomics.store(this.#control, C.OUT_HEAD, this.#outHead | 0);
    return done;
  }

  #free(): number {
    return this.#outSize - ((this.#outHead - Atomics.load(this.#control, C.OUT_TAIL)) >>> 0);
  }

  /** The ordinary case: everything fits in front of the ring's end. */
  #putStraight(from: Bytes, at: number, count: number): boolean {
    const head = this.#outHead & this.#outMask;
    const room = Math.min(this.#outSize - head, this.#free(), this.#outSize >>> SPILL_SHIFT);
    if (count > room) return false;
    copy(from, at, this.#rings, C.CONTROL_BYTES + head, count);
    this.#outHead = (this.#outHead + count) >>> 0;
    return true;
  }

  #putParts(from: Bytes, at: number, count: number): number {
    const sizes = new DataView(from.buffer, at, count);
    let done = 0;
    while (done < count) {
      const size = sizes.getUint32(done, true);
      if (!this.#putOne(from.bytes.subarray(at + done, at + done + size))) break;
      done += size;
    }
    return done;
  }

  #putOne(record: Uint8Array): boolean {
    const isLarge = record.length > this.#outSize >>> SPILL_SHIFT;
    const size = isLarge ? C.HEADER_BYTES : record.length;
    const toEnd = this.#outSize - (this.#outHead & this.#outMask);
    const filler = toEnd < size ? toEnd : 0;
    if (this.#free() < filler + size) return false;
    if (filler > 0) this.#header(filler, C.PAD);
    if (isLarge) this.#setAside(record);
    else this.#views.u8.set(record, C.CONTROL_BYTES + (this.#outHead & this.#outMask));
    this.#outHead = (this.#outHead + size) >>> 0;
    return true;
  }

  /** Writes size and kind; a filler also moves the head. */
  #header(size: number, kind: number): void {
    const at = C.CONTROL_BYTES + (this.#outHead & this.#outMask);
    this.#views.dv.setUint32(at, size, true);
    this.#views.dv.setUint32(at + 4, kind, true);
    if (kind === C.PAD) this.#outHead = (this.#outHead + size) >>> 0;
  }

  #setAside(record: Uint8Array): void {
    const id = this.#nextId++ >>> 0;
    this.#aside.set(id, record.slice().buffer);
    const at = C.CONTROL_BYTES + (this.#outHead & this.#outMask);
    this.#header(C.HEADER_BYTES, C.SPILL);
    this.#views.dv.setUint32(at + 8, id, true);
    this.#views.dv.setUint32(at + 12, record.length, true);
  }

  /** Side buffers that nobody has taken yet. */
  get sideBuffers(): number {
    return this.#put.size + this.#aside.size;
  }

  // The control block.

  /** More records wait for room in the outbox. */
  overflow(): void {
    Atomics.store(this.#control, C.OUT_OVERFLOW, 1);
  }

  /** What the port wants to know of a step; `deadlineMs` may be NO_DEADLINE. */
  stepped(deadlineMs: number, stepNs: number): void {
    this.#control[C.DEADLINE] = deadlineMs | 0;
    this.#control[C.STEP_NS] = stepNs;
  }
}
