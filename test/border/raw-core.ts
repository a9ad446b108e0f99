// A core driven by hand: rings, records and the few values these tests need, written out byte by byte and without a
// line of src/, so that the border is tested against the protocol and not against its other half.

import { createRequire } from 'node:module';

/** The addon's class, as CONTRACT and native/addon/core_object.h have it. */
export interface AddonCore {
  step(maxMicros: number): number;
  stepRun(slot: number, generation: number, maxMicros: number): number;
  wake(): void;
  spillTake(id: number): ArrayBuffer;
  spillText(id: number): string;
  spillRead(id: number, target: Uint8Array): void;
  spillPutText(text: string): number;
  spillPut(bytes: Uint8Array): number;
  spillDrop(id: number): void;
  ref(): void;
  unref(): void;
  counters(): Record<string, number>;
  close(): void;
}

type CoreClass = new (
  buffer: ArrayBuffer,
  outboxBytes: number,
  inboxBytes: number,
  kind: 0 | 1,
  onWake: () => void,
) => AddonCore;

const require = createRequire(import.meta.url);
export const ADDON = '../../build/Release/rhai_bridge.node';
export const { Core, protocolVersion, fileText, fileBytes } = require(ADDON) as {
  Core: CoreClass;
  protocolVersion: number;
  fileText(path: string): string | undefined;
  fileBytes(path: string): ArrayBuffer | undefined;
};

export const [IDLE, MORE, BUSY] = [0, 1, 2];
export const HOME = 0;
export const WORKER = 1;
const [OUT_HEAD, OUT_TAIL, IN_HEAD, IN_TAIL, SLEEPING, WAKE, WANT_SPACE, OUT_OVERFLOW, DEADLINE, VERSION] = [
  0, 16, 32, 48, 64, 80, 96, 112, 128, 144,
];
const CONTROL_BYTES = 1024;
const PAD = 0xffff0001;
const SPILL = 0xffff0002;

/** Kinds of records, JavaScript to core. */
export const START = 1;
export const REPLY = 2;
export const CANCEL = 4;
export const COMPILE = 5;
export const DEFINE = 7;
export const LIMITS = 9;
/** Kinds of records, core to JavaScript. */
export const REQUEST = 1;
export const DONE = 2;
export const FAILED = 3;
export const PRINT = 4;

/** A record from the core: header, then payload. */
export interface Mail {
  kind: number;
  slot: number;
  generation: number;
  payload: DataView;
}

export class RawCore {
  readonly core: AddonCore;
  readonly bytes: Uint8Array;
  readonly control: Int32Array;
  readonly view: DataView;
  wakes = 0;
  #inHead = 0;
  #outTail = 0;
  #waiting: (() => void) | undefined;

  constructor(
    kind: 0 | 1,
    readonly outboxBytes = 1 << 16,
    readonly inboxBytes = 1 << 16,
    version = 1,
  ) {
    const buffer = new ArrayBuffer(CONTROL_BYTES + outboxBytes + inboxBytes);
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.control = new Int32Array(buffer, 0, CONTROL_BYTES / 4);
    this.control[VERSION] = version;
    this.core = new Core(buffer, outboxBytes, inboxBytes, kind, () => this.#onWake());
  }

  #onWake(): void {
    this.wakes += 1;
    this.#waiting?.();
  }

  /** Resolves at the next wake-up, which may already have happened. */
  async woken(): Promise<void> {
    this.core.ref();
    if (Atomics.load(this.control, OUT_HEAD) === this.#outTail) {
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
    this.core.unref();
  }

  get isSleeping(): boolean {
    return Atomics.load(this.control, SLEEPING) === 1;
  }

  get deadlineMs(): number {
    return this.control[DEADLINE]! >>> 0;
  }

  /** Writes a record; a big one through a side buffer. */
  send(kind: number, slot: number, generation: number, payload: Uint8Array): void {
    const record = header(16 + payload.length, kind, slot, generation, payload);
    if (record.length <= this.inboxBytes / 4) return this.#put(record);
    this.#put(header(16, SPILL, this.core.spillPut(record), record.length));
  }

  #put(record: Uint8Array): void {
    const rest = this.inboxBytes - (this.#inHead & (this.inboxBytes - 1));
    if (rest < record.length) this.sendRaw(header(rest, PAD, 0, 0).subarray(0, 8), rest);
    this.sendRaw(record, record.length);
  }

  /** Publishes any bytes at the head, true or not. */
  sendRaw(bytes: Uint8Array, size: number): void {
    const used = (this.#inHead - Atomics.load(this.control, IN_TAIL)) >>> 0;
    if (used + size > this.inboxBytes) throw new Error('inbox full');
    const offset = this.#inHead & (this.inboxBytes - 1);
    this.bytes.set(bytes, CONTROL_BYTES + this.outboxBytes + offset);
    this.#inHead = (this.#inHead + size) | 0;
    Atomics.store(this.control, IN_HEAD, this.#inHead);
  }

  /** Takes every record there is. */
  drain(): Mail[] {
    Atomics.store(this.control, WAKE, 0);
    const mails: Mail[] = [];
    while (this.#outTail !== Atomics.load(this.control, OUT_HEAD)) {
      const at = CONTROL_BYTES + (this.#outTail & (this.outboxBytes - 1));
      const size = this.view.getUint32(at, true);
      const mail = this.#read(at, size);
      if (mail !== undefined) mails.push(mail);
      this.#outTail = (this.#outTail + size) | 0;
      Atomics.store(this.control, OUT_TAIL, this.#outTail);
    }
    return mails;
  }

  #read(at: number, size: number): Mail | undefined {
    const kind = this.view.getUint32(at + 4, true);
    if (kind === PAD) return undefined;
    if (kind !== SPILL) return mail(this.bytes.slice(at, at + size).buffer);
    return mail(this.core.spillTake(this.view.getUint32(at + 8, true)));
  }

  get isOverflowing(): boolean {
    return Atomics.load(this.control, OUT_OVERFLOW) === 1;
  }

  set wantsSpace(on: boolean) {
    Atomics.store(this.control, WANT_SPACE, on ? 1 : 0);
  }

  /** Limits of table 0, all unlimited but those named. */
  limits({ computeMs = 0, timeoutMs = 0, hostTimeoutMs = 0 } = {}): void {
    const numbers = [0, 0, 0, 0, 0, 0, 0, 0, 0, computeMs, timeoutMs, hostTimeoutMs];
    this.send(LIMITS, 0, 0, new Uint8Array(Float64Array.from(numbers).buffer));
  }

  define(id: number, name: string): void {
    this.send(DEFINE, id, 0, concat(text(name), new Uint8Array(Float64Array.of(-1).buffer)));
  }

  /** Starts `source` as run `slot`. */
  start(slot: number, source: string): void {
    this.send(COMPILE, slot, 0, concat(words(0, 0), text('raw.rhai'), text(source)));
    this.send(START, slot, 1, words(slot, 0, 0, 0));
  }

  reply(request: Mail, value: Uint8Array): void {
    this.send(REPLY, request.slot, request.generation, value);
  }
}

function mail(buffer: ArrayBufferLike): Mail {
  const view = new DataView(buffer);
  const [kind, slot, generation] = [4, 8, 12].map((at) => view.getUint32(at, true));
  return { kind: kind!, slot: slot!, generation: generation!, payload: new DataView(buffer, 16) };
}

function header(
  size: number,
  kind: number,
  slot: number,
  generation: number,
  payload: Uint8Array = new Uint8Array(),
): Uint8Array {
  const record = new Uint8Array((16 + payload.length + 7) & ~7);
  const rounded = kind === PAD ? size : (size + 7) & ~7;
  record.set(words(rounded, kind, slot, generation));
  record.set(payload, 16);
  return record;
}

export function words(...numbers: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}

export function text(string: string): Uint8Array {
  const bytes = new TextEncoder().encode(string);
  return concat(words(bytes.length), bytes);
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** An i32 as a value. */
export function int(value: number): Uint8Array {
  return concat(Uint8Array.of(3), words(value));
}

/** The i32 at `at`, which must be one. */
export function readInt(view: DataView, at: number): number {
  if (view.getUint8(at) !== 3) throw new Error(`tag ${view.getUint8(at)} is no i32`);
  return view.getInt32(at + 1, true);
}

/** The value of a DONE record, behind its four numbers. */
export function doneInt(done: Mail | undefined): number {
  if (done?.kind !== DONE) throw new Error(`not DONE but ${done?.kind}: ${asText(done)}`);
  return readInt(done.payload, 32);
}

/** The bytes of a payload as text, for messages. */
export function asText(found: Mail | undefined): string {
  return found === undefined ? 'nothing' : new TextDecoder().decode(found.payload);
}
