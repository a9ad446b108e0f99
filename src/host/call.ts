// One host call: from the request to its answer. Pooled, with its two callbacks made once, so that a call in flight
// costs no closure. It leaves the pool for good when a context was given out, because user code may keep that.

import type { Position } from '../errors/index.js';
import type { Told } from '../trace/channels.js';
import type { HostFunction } from './functions.js';
import type { CallOwner } from './owner.js';

/** Of a call whose function has them, or that is over. */
export const NO_ARGS: unknown[] = [];

export interface CallSettler {
  fulfilled(call: HostCall, value: unknown): void;
  rejected(call: HostCall, error: unknown): void;
}

/** What few calls have; ten thousand that only wait do not carry it. */
class Extras {
  line = 0;
  column = 0;
  /** Who hears how it ends. */
  told: Told | undefined;
  /** When nobody waited for it any more, although its function had not settled. */
  abandonedAt: number | undefined;
  controller: AbortController | undefined;
  abortReason: unknown;
  /** It holds a place of its function's `concurrency`, and of the engine's `maxPendingRequests`. */
  inFunction = false;
  inAll = false;
  /** User code may keep it: a context of it was given out, or it waits in a queue. */
  shared = false;
}

function fulfil(this: HostCall, value: unknown): void {
  this.settler.fulfilled(this, value);
}

function fail(this: HostCall, error: unknown): void {
  this.settler.rejected(this, error);
}

export class HostCall {
  slot = 0;
  generation = 0;
  owner!: CallOwner;
  fn!: HostFunction;
  args: unknown[] = NO_ARGS;
  startedAt = 0;
  /** A promise of the host decides; then the owner counts this call as waiting. */
  waiting = false;
  /** Nobody wants the answer any more. */
  dead = false;
  #extras: Extras | undefined;

  /** Bound, for that takes half of what closures and their context take. */
  readonly onValue: (value: unknown) => void = fulfil.bind(this);
  readonly onError: (error: unknown) => void = fail.bind(this);

  constructor(readonly settler: CallSettler) {}

  get #own(): Extras {
    return (this.#extras ??= new Extras());
  }

  get position(): Position {
    return { line: this.#extras?.line ?? 0, column: this.#extras?.column ?? 0 };
  }

  place(line: number, column: number): void {
    this.#own.line = line;
    this.#own.column = column;
  }

  get told(): Told | undefined {
    return this.#extras?.told;
  }

  set told(told: Told | undefined) {
    this.#own.told = told;
  }

  get inFunction(): boolean {
    return this.#extras?.inFunction === true;
  }

  set inFunction(isIn: boolean) {
    this.#own.inFunction = isIn;
  }

  get inAll(): boolean {
    return this.#extras?.inAll === true;
  }

  set inAll(isIn: boolean) {
    this.#own.inAll = isIn;
  }

  get shared(): boolean {
    return this.#extras?.shared === true;
  }

  set shared(isShared: boolean) {
    this.#own.shared = isShared;
  }

  get abandonedAt(): number | undefined {
    return this.#extras?.abandonedAt;
  }

  set abandonedAt(ms: number | undefined) {
    this.#own.abandonedAt = ms;
  }

  get requestId(): string {
    return `${this.slot}.${this.generation}`;
  }

  /** Made when somebody asks for it; already aborted when the call is over. */
  get signal(): AbortSignal {
    const own = this.#own;
    if (own.controller === undefined) {
      own.controller = new AbortController();
      if (this.dead) own.controller.abort(own.abortReason);
    }
    return own.controller.signal;
  }

  /** No answer is wanted: tells the host function. */
  abort(reason: unknown): void {
    this.dead = true;
    const own = this.#own;
    own.abortReason = reason;
    own.controller?.abort(reason);
  }

  reset(): void {
    this.args = NO_ARGS;
    this.waiting = this.dead = false;
    this.#extras = undefined;
  }
}
