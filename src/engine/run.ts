// Run: the promise of an evaluation, with a handle on it. Awaiting it costs what awaiting a plain promise costs:
// its prototype names Promise as the constructor, so `await` and `then` take the engine's short way.

import { printsAs } from './inspect.js';
import type { RunState, RunStats, Task } from './task.js';

const forgotten = (): void => {};
let resolveNow: (value: any) => void = forgotten;

/** The task of a run keeps one function, not two: a run fails by following a promise that has. */
function capture(resolve: (value: any) => void): void {
  resolveNow = resolve;
}

/**
 * One evaluation: a promise of its result, with `id`, `state`, `stats`, `cancel` and `unref`.
 * @example
 * ```ts
 * const run = engine.evalAsync('loop {}');
 * console.log(run.cancel('enough')); // prints: true
 * console.log(await run.catch((error: RhaiCancelledError) => error.reason)); // prints: enough
 * ```
 */
export class Run<T = unknown> extends Promise<T> {
  readonly #task: Task;

  /** @internal */
  constructor(task: Task) {
    super(capture);
    this.#task = task;
    task.resolve = resolveNow;
    resolveNow = forgotten; // they would keep the last run, its error and its engine
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
    this.#task.refer(false);
    return this;
  }

  /** Undoes `unref`. */
  ref(): this {
    this.#task.refer(true);
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

printsAs(Run, 'Run', ({ id, state }) => ({ id, state }));
