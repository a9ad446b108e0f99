// One host call: from the request to its answer. Pooled, with its two callbacks made once, so that a call in flight
// costs no closure. It leaves the pool for good when a context was given out, because user code may keep that.

import type { Position } from '../errors/index.js';
import type { Told } from '../trace/channels.js';
import type { HostFunction } from './functions.js';
import type { CallOwner } from './owner.js';

export interface CallSettler {
  fulfilled(call: HostCall, value: unknown): void;
  rejected(call: HostCall, error: unknown): void;
}

export class HostCall {
  slot = 0;
  generation = 0;
  line = 0;
  column = 0;
  owner!: CallOwner;
  fn!: HostFunction;
  args: unknown[] = [];
  startedAt = 0;
  /** A promise of the host decides; then the owner counts this call as waiting. */
  waiting = false;
  /** It holds a place of its function's `concurrency`, and of the engine's `maxPendingRequests`. */
  inFunction = false;
  inAll = false;
  /** When nobody waited for it any more, although its function had not settled. */
  abandonedAt: number | undefined;
  /** Nobody wants the answer any more. */
  dead = false;
  /** Who hears how it ends. */
  told: Told | undefined;
  /** A context of this call was given to user code. */
  shared = false;
  #controller: AbortController | undefined;
  #abortReason: unknown;

  readonly onValue = (value: unknown): void => this.settler.fulfilled(this, value);
  readonly onError = (error: unknown): void => this.settler.rejected(this, error);

  constructor(private readonly settler: CallSettler) {}

  get position(): Position {
    return { line: this.line, column: this.column };
  }

  get requestId(): string {
    return `${this.slot}.${this.generation}`;
  }

  /** Made when somebody asks for it; already aborted when the call is over. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.dead) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  /** No answer is wanted: tells the host function. */
  abort(reason: unknown): void {
    this.dead = true;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  reset(): void {
    this.args = [];
    this.waiting = this.inFunction = this.inAll = this.dead = this.shared = false;
    this.abandonedAt = undefined;
    this.told = undefined;
    this.#controller = undefined;
    this.#abortReason = undefined;
  }
}
