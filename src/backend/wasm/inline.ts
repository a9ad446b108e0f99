// A core in an instance on the calling thread: the home core, and every core of `mode: 'inline'`. A step is a direct
// call; there is no thread to wake, nothing to keep alive, and nobody else who could hold the baton.

import { stayAlive } from '../../platform/timers.js';
import { BROKEN, MORE, type Core } from '../core.js';
import { named } from './counters.js';
import type { CoreSide } from './core-side.js';
import type { Instance } from './instance.js';

/** As much as the module says in one go. */
const ANY_BYTES = 2 ** 31 - 1;

export class InlineCore implements Core {
  #closed = false;
  #letGo: (() => void) | undefined;

  constructor(
    private readonly instance: Instance,
    private readonly side: CoreSide,
  ) {}

  step(maxMicros: number): number {
    this.side.takeInbox(this.instance);
    return this.#answer(this.instance.step(maxMicros, ANY_BYTES));
  }

  stepRun(slot: number, generation: number, maxMicros: number): number {
    this.side.takeInbox(this.instance);
    return this.#answer(this.instance.stepRun(slot, generation, maxMicros));
  }

  /** What the step said, for JavaScript to read; what does not fit waits where it is. */
  #answer(found: number): number {
    const { instance, side } = this;
    side.stepped(instance.deadlineMs, instance.stepNs);
    const bytes = instance.outboxBytes;
    if (bytes === 0) return found;
    const done = side.putOutbox(instance.memory, instance.outbox, bytes);
    instance.taken(done);
    if (done === bytes || found === BROKEN) return found;
    side.overflow();
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
    const { counterNames, memory } = this.instance;
    const values = this.#closed ? [] : new Float64Array(memory.buffer, this.instance.counters(), counterNames.length);
    return named(counterNames, values, this.side);
  }

  close(): void {
    this.#closed = true;
    this.unref();
  }
}
