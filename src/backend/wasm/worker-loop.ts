// What a worker does with its instance: takes batches, runs slices of about a millisecond, one per turn of its event
// loop, and answers. So a message always comes through between two slices: a cancel, a reply, a ping.
// What many scripts say in one slice goes out in pieces: the calling thread works on the first while the next is made.

import { NO_DEADLINE } from '../../protocol/constants.js';
import { MORE } from '../core.js';
import { CoreDeath } from '../death.js';
import { nextTurn, unref, type Timer } from '../../platform/timers.js';
import { Bytes, copy } from './bytes.js';
import { Envelopes, handedOver } from './envelopes.js';
import { Instance } from './instance.js';
import { Patience } from './patience.js';
import {
  ANSWER_HEAD,
  ASK_HEAD,
  GOES_ON,
  UNREAD_BYTES,
  type Birth,
  type FromWorker,
  type LastWords,
} from './wire.js';

const SLICE_MICROS = 1000;
/** Of the records of a slice, so much is posted first (some twenty host calls); then twice as much, and so on. */
const PIECE_BYTES = 1024;
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

  readonly #envelopes = new Envelopes();
  readonly #patience: Patience<Birth | ArrayBuffer> | undefined;

  /** `look` gives a message that has come but was not yet told, where the platform can do that. */
  constructor(
    private readonly post: (message: FromWorker, transfer: ArrayBuffer[]) => void,
    look?: () => Birth | ArrayBuffer | undefined,
  ) {
    if (look !== undefined) this.#patience = new Patience(look);
  }

  /** A message of the calling thread: the module first, then batches; and what follows at once. */
  take(message: Birth | ArrayBuffer): void {
    try {
      for (let next: typeof message | undefined = message; next !== undefined; next = this.#next()) this.#one(next);
    } catch (error) {
      this.#die(error);
    }
  }

  #next(): Birth | ArrayBuffer | undefined {
    return this.#goesOn ? undefined : this.#patience?.wait();
  }

  #one(message: Birth | ArrayBuffer): void {
    if (message instanceof ArrayBuffer) this.#batch(new Bytes(message));
    else this.#begin(message);
  }

  #begin({ module }: Birth): void {
    const instance = (this.#instance = new Instance(module));
    this.post({ version: instance.version, counterNames: instance.counterNames }, []);
  }

  #batch(message: Bytes): void {
    const instance = this.#instance;
    if (instance === undefined) return;
    const bytes = message.words[1]!;
    this.#read = message.words[0]!;
    if (bytes > 0) {
      const at = instance.inbox(bytes);
      copy(message, ASK_HEAD, instance.memory, at, bytes);
    }
    if (!this.#goesOn && !this.#isFarAhead()) return this.#slice(true);
    instance.receive();
    this.#answer(true);
  }

  /** One slice, and what comes of it. `asked`: somebody waits for an answer, even an empty one. */
  #slice(asked: boolean): void {
    const instance = this.#instance;
    if (instance === undefined || this.#isFarAhead()) return;
    let left = SLICE_MICROS;
    for (let piece = PIECE_BYTES; left > 0; piece *= 2) {
      const found = instance.step(left, piece);
      if (found !== MORE) return this.#rest(asked);
      left -= instance.stepNs / 1000;
      if (instance.outboxBytes < piece) break;
      this.#post(true);
    }
    this.#goOn();
    this.#answer(asked);
  }

  /** Nothing can run. */
  #rest(asked: boolean): void {
    this.#setAlarm();
    this.#answer(asked);
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
      this.#slice(false);
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
    if (asked || !this.#goesOn || this.#instance!.outboxBytes > 0) this.#post(this.#goesOn);
  }

  #post(goesOn: boolean): void {
    const instance = this.#instance!;
    const { counterNames, outboxBytes } = instance;
    const begin = ANSWER_HEAD + 8 * counterNames.length;
    const message = this.#envelopes.take(begin + outboxBytes);
    message.words[0] = counterNames.length + (goesOn ? GOES_ON : 0);
    message.words[1] = outboxBytes;
    copy(instance.memory, instance.counters(), message, ANSWER_HEAD, 8 * counterNames.length);
    copy(instance.memory, instance.outbox, message, begin, outboxBytes);
    instance.taken(outboxBytes);
    this.#posted = (this.#posted + outboxBytes) >>> 0;
    this.post(message.buffer, handedOver(message));
  }

  /** The instance is never called again; the calling thread replaces the whole worker. */
  #die(error: unknown): void {
    this.#instance = undefined;
    clearTimeout(this.#alarm);
    const death = error instanceof CoreDeath ? error : new CoreDeath('trap', String(error));
    const words: LastWords = { why: death.why, message: death.message, run: death.run };
    this.post(words, []);
  }
}
