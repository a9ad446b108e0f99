// A core in a worker: what is published goes there as one message, batches that come back are put into the ring and
// drained at once. A worker that dies or does not answer is ended here; whoever steps this core next learns why.

import { VERSION } from '../../protocol/constants.js';
import { BUSY, type Core } from '../core.js';
import { CoreDeath } from '../death.js';
import { named } from './counters.js';
import { Bytes } from './bytes.js';
import type { CoreSide, Taker } from './core-side.js';
import { Envelopes, handedOver } from './envelopes.js';
import type { WasmModule } from './api.js';
import { spawn, type WorkerEvents, type WorkerLink } from './spawn.js';
import { Watchdog } from './watchdog.js';
import {
  ANSWER_HEAD,
  ASK_HEAD,
  GOES_ON,
  TELL_BYTES,
  type Birth,
  type FromWorker,
  type Hello,
} from './wire.js';

/** A message up to this size is kept for the counters in it. */
const KEEP_BYTES = 4096;

/** Ends the workers of cores that nobody closed. */
const forgotten = new FinalizationRegistry<WorkerLink>((worker) => worker.terminate());

export class BackgroundCore implements Core {
  readonly isApart = true;
  readonly #worker: WorkerLink;
  readonly #watchdog: Watchdog;
  #patienceMs: () => number = () => Infinity;
  #counterNames: readonly string[] = [];
  /** The last message, or what of it tells them. */
  #counters: ArrayBuffer | undefined;
  readonly #letter = new Letter();
  #death: CoreDeath | undefined;
  #closed = false;
  /** Bytes of batches read here (wrapping), and how many of them the worker knows of. */
  #read = 0;
  #told = 0;

  constructor(
    module: WasmModule,
    workerUrl: string | URL | undefined,
    private readonly side: CoreSide,
    private readonly onWake: () => void,
  ) {
    this.#worker = spawn(workerUrl, BackgroundCore.#events(new WeakRef(this)));
    forgotten.register(this, this.#worker);
    this.#watchdog = new Watchdog(
      () => this.#tell(),
      () => this.#patienceMs(),
      (ms) => this.#die(new CoreDeath('stuck', `The worker did not answer for ${ms} ms and was ended.`)),
    );
    this.#worker.post({ module } satisfies Birth);
  }

  /** Without a strong reference to the core: a running worker must not keep a forgotten engine. */
  static #events(core: WeakRef<BackgroundCore>): WorkerEvents {
    const lost = (why: string): CoreDeath =>
      new CoreDeath('lost', `The worker of the WebAssembly backend is gone: ${why}.`);
    return {
      message(message) {
        const here = core.deref();
        if (here !== undefined) here.#heard(message as FromWorker);
      },
      lost(why) {
        const here = core.deref();
        if (here !== undefined) here.#die(lost(why));
      },
    };
  }

  /** The calling thread never runs it. */
  step(): number {
    if (this.#death !== undefined) throw this.#death;
    return BUSY;
  }

  stepRun(): number {
    return this.step();
  }

  /** Sends everything published. */
  wake(): void {
    if (this.#death !== undefined) throw this.#death;
    if (this.#closed || !this.side.takeInbox(this.#letter)) return;
    this.#watchdog.watch();
    this.#post();
    if (this.side.wantsSpace()) queueMicrotask(this.onWake);
  }

  /** An empty batch: an answer is wanted, and what was read is told. */
  #tell(): void {
    this.#letter.inbox(0);
    this.#post();
  }

  #post(): void {
    const { memory } = this.#letter;
    memory.words[0] = this.#told = this.#read;
    this.#worker.post(memory.buffer, handedOver(memory));
  }

  #heard(message: FromWorker): void {
    if (this.#closed || this.#death !== undefined) return;
    if (message instanceof ArrayBuffer) return this.#batch(message);
    if ('why' in message) return this.#die(new CoreDeath(message.why, message.message, message.run));
    this.#hello(message);
  }

  #hello({ version, counterNames }: Hello): void {
    this.#counterNames = counterNames;
    this.#watchdog.heard(false);
    if (version !== VERSION)
      this.#die(new CoreDeath('lost', `The worker speaks protocol ${version}, this package ${VERSION}.`));
  }

  #batch(message: ArrayBuffer): void {
    const batch = new Bytes(message);
    const [head, bytes] = [batch.words[0]!, batch.words[1]!];
    this.#watchdog.heard(head < GOES_ON);
    const at = ANSWER_HEAD + 8 * (head % GOES_ON);
    this.#counters = message.byteLength <= KEEP_BYTES ? message : message.slice(0, at);
    this.#deliver(batch, at, at + bytes);
  }

  /** Through the ring, as often as it takes. */
  #deliver(batch: Bytes, begin: number, end: number): void {
    for (let at = begin; at < end && !this.#closed;) {
      const done = this.side.putOutbox(batch, at, end - at);
      if (done === 0) return this.#die(new CoreDeath('trap', 'A record does not fit into the empty ring.'));
      at += done;
      this.onWake();
    }
    this.#read = (this.#read + end - begin) >>> 0;
    if (!this.#closed && (this.#read - this.#told) >>> 0 >= TELL_BYTES) this.#tell();
  }

  /** The port learns it by the next step or wake, which it is made to do. */
  #die(death: CoreDeath): void {
    if (this.#closed || this.#death !== undefined) return;
    this.#death = death;
    this.#end();
    this.side.overflow();
    this.onWake();
  }

  #end(): void {
    this.#watchdog.rest();
    this.#worker.terminate();
  }

  watch(patienceMs: () => number): void {
    this.#patienceMs = patienceMs;
  }

  spillTake(id: number): ArrayBuffer {
    return this.side.spillTake(id);
  }

  spillPut(bytes: Uint8Array): number {
    return this.side.spillPut(bytes);
  }

  ref(): void {
    this.#worker.ref();
  }

  unref(): void {
    this.#worker.unref();
  }

  /** As of its last message. */
  counters(): Record<string, number> {
    const values = this.#counters
      ? new Float64Array(this.#counters, ANSWER_HEAD, this.#counterNames.length)
      : new Float64Array(0);
    return named(this.#counterNames, values, this.side);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#end();
  }
}

/** A message while it is written. */
class Letter implements Taker {
  readonly #envelopes = new Envelopes();
  memory = this.#envelopes.take(ASK_HEAD);

  inbox(bytes: number): number {
    this.memory = this.#envelopes.take(ASK_HEAD + bytes);
    this.memory.words[1] = bytes;
    return ASK_HEAD;
  }
}
