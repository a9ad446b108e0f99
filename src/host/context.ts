// What a host function gets as its first argument when it was registered with `context: true`.
// Nothing in it costs anything until it is asked for.

import type { Position } from '../errors/index.js';
import type { HostCall } from './call.js';

/** The engine: `engine.ts` says what it is, for imports go one way. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface ContextEngine {}

/**
 * What a host function that was registered with `context: true` gets as its first argument.
 * @example
 * ```ts
 * engine.registerFunction('wait', ({ signal, position }: HostCallContext, ms: number) => {
 *   console.log(signal.aborted, position.line); // prints: false 1
 *   return new Promise((done) => setTimeout(done, ms));
 * }, { context: true });
 * await engine.evalAsync('wait(1)');
 * ```
 */
export interface HostCallContext {
  /**
   * Aborts when the run ends or the call takes too long, while the call is under way; the reason is that of the cancel, or
   * the error that ended it. Asked for when the call is over, it has aborted already.
   */
  readonly signal: AbortSignal;
  readonly runId: number;
  readonly requestId: string;
  /** The engine that asks. */
  readonly engine: ContextEngine;
  /** Where in the script the call stands. */
  readonly position: Position;
  /**
   * Gives a value to the reader of `evalStream`. Await it: while nobody reads, it waits for room. Throws in a run that
   * is no stream, or when the run is over.
   */
  emit(value: unknown): Promise<void> | undefined;
}

export class CallContext implements HostCallContext {
  readonly runId: number;
  readonly requestId: string;
  readonly position: Position;
  readonly #call: HostCall;

  constructor(
    call: HostCall,
    readonly engine: ContextEngine,
  ) {
    this.#call = call;
    this.runId = call.owner.id;
    this.requestId = call.requestId;
    this.position = call.position;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  emit(value: unknown): Promise<void> | undefined {
    return this.#call.owner.emit(value);
  }
}
