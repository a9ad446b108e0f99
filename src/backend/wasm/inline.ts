// A core in an instance on the calling thread: the home core, and every core of `mode: 'inline'`. A step is a direct
// call; there is no thread to wake, nothing to keep alive, and nobody else who could hold the baton.

import { stayAlive } from '../../platform/timers.js';
import { BROKEN, MORE, type Core } from '../core.js';
import { named } from './counters.js';
import type { CoreSide } from './core-side.js';
import type { Instance } from './instance.js';

export class InlineCore implements Core {
  readonly #room = (bytes: number): Uint8Array => this.instance.inbox(bytes);
  #closed = false;
  #letGo: (() => void) | undefined;

  constructor(
    private readonly instance: Instance,
    private readonly side: CoreSide,
  ) {}

  step(maxMicros: number): number {
    return this.#answer(this.instance.step(maxMicros, this.side.takeInbox(this.#room)));
  }

  stepRun(slot: number, generation: number, maxMicros: number): number {
    const hasBatch = this.side.takeInbox(this.#room);
    return this.#answer(this.instance.stepRun(slot, generation, maxMicros, hasBatch));
  }

  /** What the step said, for JavaScript to read; what does not fit waits where it is. */
  #answer(found: number): number {
    this.side.stepped(this.instance.deadlineMs, this.instance.stepNs);
    const batch = this.instance.outbox();
    if (batch.length === 0) return found;
    const done = this.side.putOutbox(batch);
    const all = done === batch.length;
    this.instance.taken(done);
    if (all || found === BROKEN) return found;
    this.side.overflow();
    return MORE;
  }

  wake(): void {
    // There is no other thread.
  }

  spillTake(id: number): ArrayBuffer {
    return this.side.spillTake(id);
  }

  spillPut(bytes: Uint8Array): number {
    return this.side.spillPut(bytes);
  }

  ref(): void {
    this.#letGo ??= stayAlive();
  }

  unref(): void {
    this.#letGo?.();
    this.#letGo = undefined;
  }

  counters(): Record<string, number> {
    const values = this.#closed ? new Float64Array(0) : new Float64Array(this.instance.counters().slice().buffer);
    return named(this.instance.counterNames, values, this.side);
  }

  close(): void {
    this.#closed = true;
    this.unref();
  }
}
