// Notices a worker that does not answer. It is asked again and again while it works; what counts are ticks of this
// thread's own timer without an answer, so a calling thread that was busy itself accuses nobody.

import { unref } from '../../platform/timers.js';

const TICK_MS = 50;
/** A worker that a script's text still keeps from its event loop, or a loaded machine, gets this much on top. */
const GRACE_MS = 250;
/** A worker that has never spoken may still be loading. */
const BIRTH_MS = 10_000;

export class Watchdog {
  #timer: ReturnType<typeof setInterval> | undefined;
  #silentMs = 0;
  #asked = false;
  #born = false;
  #idle = true;

  constructor(
    private readonly ask: () => void,
    /** How long it may be silent, by what its runs may still do. */
    private readonly patienceMs: () => number,
    private readonly giveUp: (silentMs: number) => void,
  ) {}

  /** It has something to do. */
  watch(): void {
    this.#idle = false;
    this.#timer ??= unref(setInterval(() => this.#tick(), TICK_MS) as ReturnType<typeof setTimeout>);
  }

  /** It has spoken; `idle`: and has nothing to do. */
  heard(idle: boolean): void {
    this.#born = true;
    this.#silentMs = 0;
    this.#asked = false;
    this.#idle = idle;
  }

  rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#silentMs = 0;
    this.#asked = false;
  }

  #tick(): void {
    // Not at once when it falls idle: a timer costs as much as the message that would start it again.
    if (this.#idle) return this.rest();
    if (!this.#asked) {
      this.#asked = true;
      return this.ask();
    }
    this.#silentMs += TICK_MS;
    const patience = Math.max(this.patienceMs(), this.#born ? 0 : BIRTH_MS) + GRACE_MS;
    if (this.#silentMs > patience) this.giveUp(this.#silentMs);
  }
}
