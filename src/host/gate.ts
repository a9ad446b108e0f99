// Bounds on host calls in flight: of one function (option `concurrency`) and of the engine (`maxPendingRequests`).
// Who finds one full waits here, in order, over all runs and cores: its script stays suspended, nothing is dropped.
// A call that is aborted while it waits is skipped; one that is aborted while it runs frees its places at once.

import type { HostCall } from './call.js';
import type { HostFunction } from './functions.js';
import type { Warnings } from './warnings.js';

interface Starter {
  start(call: HostCall): void;
}

interface Waiting {
  readonly call: HostCall;
  readonly starter: Starter;
}

/** Waiting calls that are worth a warning. */
const PILE = 1_000;

const isOver = ({ call }: Waiting): boolean => call.isOver || call.owner.ended;

/** Places, and who waits for one. */
class Bound {
  #taken = 0;
  #queue: Waiting[] = [];
  #head = 0;
  /** A release is starting others: functions that end at once must not nest. */
  #starting = false;

  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  take(limit: number): boolean {
    if (this.#taken >= limit) return false;
    this.#taken++;
    return true;
  }

  add(waiting: Waiting): void {
    this.#queue.push(waiting);
  }

  /** Frees a place and gives it to whoever waits; `limitOf` is asked again, because a function may have been replaced. */
  release(limitOf: (call: HostCall) => number, go: (waiting: Waiting) => void): void {
    this.#taken--;
    if (this.#starting) return;
    this.#starting = true;
    for (let next = this.#next(limitOf); next !== undefined; next = this.#next(limitOf)) go(next);
    this.#starting = false;
  }

  #next(limitOf: (call: HostCall) => number): Waiting | undefined {
    for (;;) {
      const first = this.#queue[this.#head];
      if (first === undefined) return this.#forget();
      const over = isOver(first);
      if (!over && !this.take(limitOf(first.call))) return undefined;
      this.#head++;
      if (!over) return first;
    }
  }

  #forget(): undefined {
    this.#queue = [];
    this.#head = 0;
  }
}

const functionLimit = (call: HostCall): number => call.fn.concurrency || Infinity;

export class CallGate {
  /** By function id, so that replacing a function keeps its bound. */
  readonly #functions: (Bound | undefined)[] = [];
  readonly #all = new Bound();

  constructor(
    private readonly maxPending: number,
    private readonly warnings: Warnings,
  ) {}

  /** Calls that wait here. */
  get waiting(): number {
    return this.#functions.reduce((sum, bound) => sum + (bound?.waiting ?? 0), this.#all.waiting);
  }

  /** Whether calls of a function have to ask at all. */
  bounds(fn: HostFunction): boolean {
    return this.maxPending > 0 || fn.concurrency > 0;
  }

  /** True when the call may start now; else it is started later. */
  enter(call: HostCall, starter: Starter): boolean {
    const waiting = { call, starter };
    return this.#enterFunction(waiting) && this.#enterAll(waiting);
  }

  #enterFunction(waiting: Waiting): boolean {
    const { fn } = waiting.call;
    if (fn.concurrency === 0) return true;
    const bound = (this.#functions[fn.id] ??= new Bound());
    if (bound.take(fn.concurrency)) return (waiting.call.inFunction = true);
    bound.add(waiting);
    if (bound.waiting === PILE)
      this.warnings.tell(
        'RHAI_CALLS_PILE_UP',
        `${PILE} calls of '${fn.name}' wait for its concurrency (${fn.concurrency}).`,
        fn.name,
      );
    return false;
  }

  #enterAll(waiting: Waiting): boolean {
    if (this.maxPending === 0) return true;
    if (this.#all.take(this.maxPending)) return (waiting.call.inAll = true);
    this.#all.add(waiting);
    if (this.#all.waiting === PILE)
      this.warnings.tell(
        'RHAI_CALLS_PILE_UP',
        `${PILE} host calls wait for maxPendingRequests (${this.maxPending}).`,
      );
    return false;
  }

  /** The call is over: its places go to others. */
  leave(call: HostCall): void {
    if (call.inAll) {
      call.inAll = false;
      this.#all.release(
        () => this.maxPending,
        ({ call: next, starter }) => {
          next.inAll = true;
          starter.start(next);
        },
      );
    }
    if (!call.inFunction) return;
    call.inFunction = false;
    this.#functions[call.fn.id]?.release(functionLimit, (waiting) => {
      waiting.call.inFunction = true;
      if (this.#enterAll(waiting)) waiting.starter.start(waiting.call);
    });
  }
}
