// A stream is a run whose script says `emit(v)`: what it emits is read with `for await`. While nobody reads, the script
// waits in its `emit` call, `bufferSize` values ahead at most, and does not keep the process alive. Leaving the loop cancels the run and
// waits for its end.

import { printsAs } from './inspect.js';
import { RhaiError, RhaiLimitError } from '../errors/index.js';
import type { AnySchema } from '../schema/standard.js';
import { validated } from '../schema/validate.js';
import type { RunState, RunStats, Task } from './task.js';

/** Host functions that emit without awaiting it are stopped here. */
const MAX_UNAWAITED = 1024;

interface Reader<T> {
  resolve(result: IteratorResult<T, unknown>): void;
  reject(error: unknown): void;
}

/** Without a prototype, so that a `then` that somebody put on Object.prototype adopts nothing. */
function result<T>(value: unknown, done: boolean): IteratorResult<T, unknown> {
  return { __proto__: null, value, done } as unknown as IteratorResult<T, unknown>;
}

/**
 * The values that a script emits, in order; then its result as the iterator's return value, or its error.
 * The run starts with the first `next()`.
 * @example
 * ```ts
 * const stream = engine.evalStream('emit("a"); emit("b"); "end"');
 * console.log((await stream.next()).value); // prints: a
 * await stream.return(); // cancels the run
 * ```
 */
export class RunStream<T = unknown> implements AsyncIterableIterator<T, unknown, void> {
  readonly #task: Task;
  readonly #bufferSize: number;
  readonly #start: () => void;
  readonly #buffer: unknown[] = [];
  readonly #readers: Reader<T>[] = [];
  readonly #writers: (() => void)[] = [];
  readonly #ends: (() => void)[] = [];
  #started = false;
  /** Nothing more comes: the end was read, or the reader left. */
  #over = false;

  /** @internal */
  constructor(task: Task, bufferSize: number, start: () => void) {
    this.#task = task;
    this.#bufferSize = bufferSize;
    this.#start = start;
    const { schema } = task.options;
    task.special.sink =
      schema === undefined ? (value) => this.#emit(value) : (value) => this.#check(schema, value);
    task.special.onEnd = () => this.#ended();
  }

  /** Unique within the engine. */
  get id(): number {
    return this.#task.id;
  }

  get state(): RunState {
    return this.#task.state;
  }

  /** What the run used; final when it is over. */
  get stats(): RunStats {
    return this.#task.stats;
  }

  /** Asks the run to end; a reader then gets a RhaiCancelledError that carries `reason`. False when it was over already. */
  cancel(reason?: unknown): boolean {
    this.#started = true;
    return this.#task.cancel(reason);
  }

  /** The next value; waits until the script emits one or ends. */
  next(): Promise<IteratorResult<T, unknown>> {
    if (this.#over) return Promise.resolve(result<T>(undefined, true));
    if (!this.#started) this.#begin();
    if (this.#buffer.length > 0) return Promise.resolve(this.#take());
    if (this.#task.settled !== undefined) return this.#last();
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  #begin(): void {
    this.#started = true;
    try {
      this.#start();
    } catch (error) {
      this.#task.reject(error);
    }
  }

  #take(): IteratorResult<T, unknown> {
    const value = this.#buffer.shift();
    this.#writers.shift()?.();
    if (this.#writers.length === 0) this.#task.refer(true);
    return result<T>(value, false);
  }

  /** How it ended: told once. */
  #last(): Promise<IteratorResult<T, unknown>> {
    this.#over = true;
    const { settled, value, error } = this.#task;
    return settled === 'done' ? Promise.resolve(result<T>(value, true)) : Promise.reject(error);
  }

  /** The reader leaves: cancels the run and resolves when it is over. */
  async return(value?: unknown): Promise<IteratorResult<T, unknown>> {
    this.#over = true;
    this.#buffer.length = 0;
    this.#release();
    for (const reader of this.#readers.splice(0)) reader.resolve(result<T>(undefined, true));
    await this.#stop();
    return result<T>(value, true);
  }

  /** Cancels the run, as `return()` does, and rejects with `error`. */
  async throw(error?: unknown): Promise<IteratorResult<T, unknown>> {
    await this.return();
    throw error;
  }

  #stop(): Promise<void> | undefined {
    if (!this.#started || this.#task.settled !== undefined) return undefined;
    this.#task.cancel(new RhaiError('RHAI_EMIT', 'The reader of the stream has left.'));
    if (this.#task.settled !== undefined) return undefined;
    return new Promise((resolve) => this.#ends.push(resolve));
  }

  /** Itself: a stream is read once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Cancels the run, as leaving a `for await` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** A value that the schema refuses is thrown at the `emit`. */
  #check(schema: AnySchema, value: unknown): Promise<void> | undefined {
    const checked = validated(schema, value, 'The emitted value');
    if (checked instanceof Promise) return checked.then((late) => this.#emit(late));
    return this.#emit(checked);
  }

  /** What `emit` does: undefined when there is room for more, else a promise of room. */
  #emit(value: unknown): Promise<void> | undefined {
    if (this.#over) return undefined;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve(result<T>(value, false));
      return undefined;
    }
    if (this.#writers.length >= MAX_UNAWAITED) throw tooMany();
    this.#buffer.push(value);
    if (this.#buffer.length <= this.#bufferSize) return undefined;
    this.#task.refer(false);
    return new Promise((resolve) => this.#writers.push(resolve));
  }

  #release(): void {
    this.#task.refer(true);
    for (const write of this.#writers.splice(0)) write();
  }

  /** The task has ended. */
  #ended(): void {
    this.#release();
    for (const end of this.#ends.splice(0)) end();
    const [first, ...others] = this.#readers.splice(0);
    if (first !== undefined) this.#last().then(first.resolve, first.reject);
    for (const reader of others) reader.resolve(result<T>(undefined, true));
  }
}

function tooMany(): RhaiLimitError {
  const text = `More than ${MAX_UNAWAITED} values were emitted without awaiting emit.`;
  return new RhaiLimitError(text, 'bufferSize', MAX_UNAWAITED);
}

printsAs(RunStream, 'RunStream', ({ id, state }) => ({ id, state }));
