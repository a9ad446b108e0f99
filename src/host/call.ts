// One host call that is more than two numbers: it waits for a promise, or somebody watches it. Ten thousand may wait at
// once, so what few calls have stands apart, and nothing is private by `#` that would cost each of them a field.

import type { Position } from '../errors/index.js';
import { bindNative, thenNative } from '../protocol/intrinsics.js';
import type { Told } from '../trace/channels.js';
import type { HostFunction } from './functions.js';
import type { CallOwner } from './owner.js';

/** Of a call whose function has them, or that is over. */
const NO_ARGS: unknown[] = [];

/** Who hears what a call's promise came to. */
export interface CallSettler {
  fulfilled(call: HostCall, value: unknown): void;
  rejected(call: HostCall, error: unknown): void;
}

/** What few calls have. */
class Extras {
  args = NO_ARGS;
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
}

export class HostCall {
  /**
   * `waiting`: a promise of the host decides, and the owner counts this call as waiting. `over`: nobody wants the answer
   * any more.
   */
  state: 'begun' | 'waiting' | 'over' = 'begun';
  private extras: Extras | undefined;

  constructor(
    readonly slot: number,
    readonly generation: number,
    readonly owner: CallOwner,
    readonly fn: HostFunction,
    /** In whole milliseconds: a small integer needs no box. */
    readonly startedAt: number,
  ) {}

  private get own(): Extras {
    return (this.extras ??= new Extras());
  }

  get isOver(): boolean {
    return this.state === 'over';
  }

  get args(): unknown[] {
    return this.extras?.args ?? NO_ARGS;
  }

  set args(args: unknown[]) {
    this.own.args = args;
  }

  /** Its function has them. */
  forgetArgs(): void {
    if (this.extras !== undefined) this.extras.args = NO_ARGS;
  }

  get position(): Position {
    return { line: this.extras?.line ?? 0, column: this.extras?.column ?? 0 };
  }

  place(line: number, column: number): void {
    this.own.line = line;
    this.own.column = column;
  }

  get told(): Told | undefined {
    return this.extras?.told;
  }

  set told(told: Told | undefined) {
    this.own.told = told;
  }

  get inFunction(): boolean {
    return this.extras?.inFunction === true;
  }

  set inFunction(isIn: boolean) {
    this.own.inFunction = isIn;
  }

  get inAll(): boolean {
    return this.extras?.inAll === true;
  }

  set inAll(isIn: boolean) {
    this.own.inAll = isIn;
  }

  get abandonedAt(): number | undefined {
    return this.extras?.abandonedAt;
  }

  set abandonedAt(ms: number | undefined) {
    this.own.abandonedAt = ms;
  }

  get requestId(): string {
    return `${this.slot}.${this.generation}`;
  }

  /** Made when somebody asks for it; already aborted when the call is over. */
  get signal(): AbortSignal {
    const own = this.own;
    if (own.controller === undefined) {
      own.controller = new AbortController();
      if (this.isOver) own.controller.abort(own.abortReason);
    }
    return own.controller.signal;
  }

  /** No answer is wanted: tells the host function. */
  abort(reason: unknown): void {
    this.state = 'over';
    const own = this.own;
    own.abortReason = reason;
    own.controller?.abort(reason);
  }
}

/** Calls followed at a time by functions that are there already; the functions of more are made, and forgotten with them. */
const KEPT_FOLLOWERS = 64;

/** Two functions that follow one promise after the other. A promise calls one of them, once. */
class Follower {
  call: HostCall | undefined;

  constructor(
    private readonly settler: CallSettler,
    private readonly free: Follower[],
  ) {}

  readonly fulfil = (value: unknown): void => this.settler.fulfilled(this.take(), value);
  readonly fail = (error: unknown): void => this.settler.rejected(this.take(), error);

  private take(): HostCall {
    const call = this.call!;
    this.call = undefined;
    this.free.push(this);
    return call;
  }
}

/** Hears what the promises of calls come to. */
export class Settling {
  readonly #free: Follower[] = [];
  #made = 0;
  /** Bound to a call; that takes half of what closures and their context take. */
  readonly #fulfil: (this: HostCall, value: unknown) => void;
  readonly #fail: (this: HostCall, error: unknown) => void;

  constructor(private readonly settler: CallSettler) {
    this.#fulfil = function (value) {
      settler.fulfilled(this, value);
    };
    this.#fail = function (error) {
      settler.rejected(this, error);
    };
  }

  /** What `call` comes to, its settler hears. */
  follow(call: HostCall, promise: Promise<unknown>): void {
    const follower = this.#free.pop() ?? this.#another();
    if (follower === undefined)
      return thenNative(promise, bindNative(this.#fulfil, call), bindNative(this.#fail, call));
    follower.call = call;
    thenNative(promise, follower.fulfil, follower.fail);
  }

  #another(): Follower | undefined {
    if (this.#made === KEPT_FOLLOWERS) return undefined;
    this.#made++;
    return new Follower(this.settler, this.#free);
  }
}
