// Run: the promise of an evaluation, with a handle on it. Awaiting it costs what awaiting a plain promise costs:
// its prototype names Promise as the constructor, so `await` and `then` take the engine's short way.

import { hasOwn } from '../protocol/intrinsics.js';
import type { RunState, RunStats, Task } from './task.js';

let resolveNow: (value: any) => void;
let rejectNow: (error: unknown) => void;

function capture(resolve: (value: any) => void, reject: (error: unknown) => void): void {
  resolveNow = resolve;
  rejectNow = reject;
}

/** Hides a `then` that somebody put on a prototype: a plain result is never adopted as a promise. */
function unadopted(value: unknown): unknown {
  if (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    !hasOwn(value, 'then')
  ) {
    if (typeof (value as { then?: unknown }).then === 'function')
      Object.defineProperty(value, 'then', { value: undefined });
  }
  return value;
}

/** One evaluation: a promise of its result, with `id`, `state`, `stats`, `cancel` and `unref`. */
export class Run<T = unknown> extends Promise<T> {
  readonly #task: Task;
  readonly #resolve: (value: any) => void;
  readonly #reject: (error: unknown) => void;

  /** @internal */
  constructor(task: Task) {
    super(capture);
    this.#task = task;
    this.#resolve = resolveNow;
    this.#reject = rejectNow;
    if (task.settled !== undefined) this.#settle(task);
    else task.onEnd = (ended) => this.#settle(ended);
  }

  #settle(task: Task): void {
    if (task.settled === 'done') this.#resolve(unadopted(task.value));
    else this.#reject(task.error);
  }

  /** Unique within the engine. */
  get id(): number {
    return this.#task.id;
  }

  get state(): RunState {
    return this.#task.state;
  }

  /** What it used; final when the run is over. */
  get stats(): RunStats {
    return this.#task.stats;
  }

  /**
   * Asks the run to end; it then rejects with a RhaiCancelledError that carries `reason` itself.
   * No host function starts any more, and the signals of those under way abort. False when it was over already.
   */
  cancel(reason?: unknown): boolean {
    return this.#task.cancel(reason);
  }

  /** The process may end although this run is pending. */
  unref(): this {
    this.#task.referenced = false;
    this.#task.home?.release(this.#task);
    return this;
  }

  /** Undoes `unref`. */
  ref(): this {
    if (!this.#task.referenced && this.#task.settled === undefined) {
      this.#task.referenced = true;
      this.#task.home?.retain(this.#task);
    }
    return this;
  }

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }
}

void Object.defineProperty(Run.prototype, 'constructor', {
  value: Promise,
  configurable: true,
  writable: true,
});
void Object.defineProperty(Run.prototype, Symbol.toStringTag, { value: 'Run', configurable: true });
