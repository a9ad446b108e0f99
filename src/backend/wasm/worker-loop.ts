// What a worker does with its instance: takes batches, runs slices of about a millisecond, one per turn of its event
// loop, and answers. So a message always comes through between two slices: a cancel, a reply, a ping.

import { NO_DEADLINE } from '../../protocol/constants.js';
import { MORE } from '../core.js';
import { CoreDeath } from '../death.js';
import { nextTurn, unref, type Timer } from '../../platform/timers.js';
import { Instance } from './instance.js';
import {
  ANSWER_HEAD,
  ASK_HEAD,
  COUNTERS_AT,
  GOES_ON_AT,
  UNREAD_BYTES,
  type Birth,
  type FromWorker,
  type LastWords,
} from './wire.js';

const SLICE_MICROS = 1000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class WorkerLoop {
  #instance: Instance | undefined;
  #alarm: Timer | undefined;
  #alarmAt = 0;
  /** A slice is due in the next turn. */
  #goesOn = false;
  /** Bytes of batches: posted, and read by the other side; both wrap. */
  #posted = 0;
  #read = 0;

  constructor(private readonly post: (message: FromWorker, transfer?: ArrayBuffer[]) => void) {}

  /** A message of the calling thread: the module first, then batches. */
  take(message: Birth | ArrayBuffer): void {
    try {
      if (message instanceof ArrayBuffer) this.#batch(message);
      else this.#begin(message);
    } catch (error) {
      this.#die(error);
    }
  }

  #begin({ module }: Birth): void {
    const instance = (this.#instance = new Instance(module));
    this.post({ version: instance.version, counterNames: instance.counterNames });
  }

  #batch(message: ArrayBuffer): void {
    const instance = this.#instance;
    if (instance === undefined) return;
    this.#read = new Uint32Array(message, 0, 1)[0]!;
    const hasBatch = message.byteLength > ASK_HEAD;
    if (hasBatch) {
      const records = new Uint8Array(message, ASK_HEAD);
      instance.inbox(records.length).set(records);
    }
    if (!this.#goesOn && !this.#isFarAhead()) return this.#slice(true, hasBatch);
    if (hasBatch) instance.receive();
    this.#answer(true);
  }

  /** One slice, and what came of it. `asked`: somebody waits for an answer, even an empty one. */
  #slice(asked: boolean, hasBatch: boolean): void {
    if (this.#instance === undefined || this.#isFarAhead()) return;
    const found = this.#instance.step(SLICE_MICROS, hasBatch);
    const goesOn = found === MORE;
    if (goesOn) this.#goOn();
    else this.#setAlarm();
    this.#answer(asked || !goesOn);
  }

  #isFarAhead(): boolean {
    return (this.#posted - this.#read) >>> 0 > UNREAD_BYTES;
  }

  #goOn(): void {
    if (this.#goesOn) return;
    this.#goesOn = true;
    nextTurn(() => {
      this.#goesOn = false;
      this.#again();
    });
  }

  #again(): void {
    try {
      this.#slice(false, false);
    } catch (error) {
      this.#die(error);
    }
  }

  #setAlarm(): void {
    const { deadlineMs } = this.#instance!;
    if (deadlineMs === NO_DEADLINE) return;
    const ms = Math.min(deadlineMs, LONGEST_TIMER_MS);
    const dueAt = performance.now() + ms;
    // One that rings too early costs one look; to move it for every message would cost more than the message.
    if (this.#alarm !== undefined && this.#alarmAt <= dueAt) return;
    clearTimeout(this.#alarm);
    this.#alarmAt = dueAt;
    this.#alarm = unref(setTimeout(() => this.#ring(), ms));
  }

  #ring(): void {
    this.#alarm = undefined;
    if (!this.#goesOn) this.#again();
  }

  /** Posts what the core has to say; nothing at all only when nobody asked. */
  #answer(asked: boolean): void {
    const instance = this.#instance!;
    const counters = instance.counters();
    const batch = instance.outbox();
    if (batch.length === 0 && !asked) return;
    const message = new Uint8Array(ANSWER_HEAD + counters.length + batch.length);
    message[GOES_ON_AT] = this.#goesOn ? 1 : 0;
    message[COUNTERS_AT] = counters.length >>> 3;
    message.set(counters, ANSWER_HEAD);
    message.set(batch, ANSWER_HEAD + counters.length);
    instance.taken(batch.length);
    this.#posted = (this.#posted + batch.length) >>> 0;
    this.post(message.buffer, [message.buffer]);
  }

  /** The instance is never called again; the calling thread replaces the whole worker. */
  #die(error: unknown): void {
    this.#instance = undefined;
    clearTimeout(this.#alarm);
    const death = error instanceof CoreDeath ? error : new CoreDeath('trap', String(error));
    const words: LastWords = { why: death.why, message: death.message, run: death.run };
    this.post(words);
  }
}
