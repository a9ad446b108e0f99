// Bytes of one record: written in place in the inbox ring while they fit there, else in a scratch buffer that grows.
// The inbox opens and closes it; the encoder puts values in. Never publishes anything.

import { NO_LIMITS, overLimit, recordLimit, type ValueLimits } from './limits.js';
import { utf8Length, Views } from './views.js';

const FIRST_SCRATCH = 4096;
const KEPT_SCRATCH = 1 << 22;
/** Up to here three bytes per char are reserved unseen; longer text is measured first. */
const UNMEASURED_CHARS = 4096;

export class Writer {
  views: Views;
  u8: Uint8Array;
  dv: DataView;
  /** Next byte, start of the record, first byte that may not be written. */
  p = 0;
  start = 0;
  end = 0;
  inRing = false;
  limits: ValueLimits = NO_LIMITS;
  /** Bytes of the record that went aside. */
  asideBytes = 0;
  #scratch: Views | undefined;

  constructor(private readonly ring: Views) {
    this.views = ring;
    this.u8 = ring.u8;
    this.dv = ring.dv;
  }

  /** Begins at `start` in the ring, with room up to `end`. */
  openRing(start: number, end: number): void {
    this.#use(this.ring);
    this.inRing = true;
    this.p = this.start = start;
    this.end = end;
  }

  openScratch(): void {
    this.#scratch ??= new Views(new ArrayBuffer(FIRST_SCRATCH));
    this.#use(this.#scratch);
    this.inRing = false;
    this.p = this.start = 0;
    this.end = this.#scratch.buffer.byteLength;
  }

  /** The record's bytes so far; only valid until the next write. */
  bytes(): Uint8Array {
    return this.u8.subarray(this.start, this.p);
  }

  close(): void {
    if (this.#scratch !== undefined && this.#scratch.u8.length > KEPT_SCRATCH) this.#scratch = undefined;
    this.limits = NO_LIMITS;
    this.asideBytes = 0;
  }

  /** Leaves the ring, because somebody else needs it before this record is complete. */
  evacuate(): void {
    if (this.inRing) this.#move(this.p - this.start);
  }

  /** Makes room for `bytes` more. */
  ensure(bytes: number): void {
    if (this.p + bytes > this.end) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    this.checkRecord(bytes);
    this.#move(this.p - this.start + bytes);
  }

  /** Throws when `bytes` more would be too many for one record. */
  checkRecord(bytes: number): void {
    const limit = recordLimit(this.limits);
    if (this.p - this.start + this.asideBytes + bytes > limit) throw overLimit('maxMemoryBytes', limit);
  }

  /** Copies what is written into a scratch buffer of at least `need` bytes; positions stay aligned to 8. */
  #move(need: number): void {
    const used = this.p - this.start;
    const old = this.u8.subarray(this.start, this.p);
    let size = Math.max(FIRST_SCRATCH, this.#scratch?.buffer.byteLength ?? 0);
    while (size < need) size *= 2;
    if (!this.#scratch || size > this.#scratch.buffer.byteLength)
      this.#scratch = new Views(new ArrayBuffer(size));
    this.#scratch.u8.set(old);
    this.#use(this.#scratch);
    this.inRing = false;
    this.start = 0;
    this.p = used;
    this.end = size;
  }

  #use(views: Views): void {
    this.views = views;
    this.u8 = views.u8;
    this.dv = views.dv;
  }

  byte(value: number): void {
    this.ensure(1);
    this.u8[this.p++] = value;
  }

  u32(value: number): void {
    this.ensure(4);
    this.dv.setUint32(this.p, value, true);
    this.p += 4;
  }

  f64(value: number): void {
    this.ensure(8);
    this.dv.setFloat64(this.p, value, true);
    this.p += 8;
  }

  /** A record's own text: u32 byte length and UTF-8. */
  text(value: string): void {
    this.ensure(4 + this.textRoom(value));
    const bytes = this.views.writeUtf8(value, this.p + 4);
    this.dv.setUint32(this.p, bytes, true);
    this.p += 4 + bytes;
  }

  /** An upper bound of the UTF-8 bytes of `value`. */
  textRoom(value: string): number {
    return value.length <= UNMEASURED_CHARS ? value.length * 3 : utf8Length(value);
  }
}
