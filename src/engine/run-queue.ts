// Runs that may not start yet (option `maxConcurrentRuns`): higher priority first, else in order. Without a bound
// nothing waits here. Also knows when the last run has ended, for `close`.

import { RhaiDisposedError } from '../errors/index.js';
import { lateInQueue } from './failures.js';
import { Hold } from './hold.js';
import type { Warnings } from '../host/warnings.js';
import { after } from '../platform/timers.js';
import type { Task } from './task.js';

const isPending = (task: Task): boolean => task.settled === undefined;

/** Waiting runs that are worth a warning. */
const PILE = 10_000;

export class RunQueue {
  #waiting: Task[] = [];
  readonly #hold = new Hold();
  /** Of those in `#waiting`: over already. */
  #ended = 0;
  #active = 0;
  #starting = false;
  #idle: (() => void)[] = [];

  constructor(
    private readonly bound: number,
    private readonly warnings: Warnings,
    private readonly begin: (task: Task) => void,
  ) {}

  /** Runs that wait. */
  get length(): number {
    return this.#waiting.length - this.#ended;
  }

  add(task: Task): void {
    if (this.bound === 0 || this.#active < this.bound) return this.#start(task);
    let place = this.#waiting.length;
    while (place > 0 && this.#waiting[place - 1]!.options.priority < task.options.priority) place--;
    this.#waiting.splice(place, 0, task);
    this.#startClock(task);
    if (this.length === PILE)
      this.warnings.tell('RHAI_RUNS_PILE_UP', `${PILE} runs wait for maxConcurrentRuns (${this.bound}).`);
    this.#hold.enter(task);
  }

  /** Its `timeoutMs` counts from here; a core counts on from what has passed when it starts. */
  #startClock(task: Task): void {
    const { special, limits } = task;
    special.queuedAtMs = performance.now();
    if (limits.timeoutMs === 0) return;
    special.callOff = after(limits.timeoutMs, () => task.reject(lateInQueue(task)), false);
  }

  #start(task: Task): void {
    this.#hold.leave(task);
    task.options.callOff?.();
    this.startNow(task, this.begin);
  }

  /** Starts it although the bound may be reached. */
  startNow(task: Task, begin: (task: Task) => void): void {
    task.count();
    this.#active++;
    begin(task);
  }

  /** A run is over, started or not. */
  left(task: Task): void {
    this.#hold.leave(task);
    if (task.counted) this.#active--;
    else if (task.options.queuedAtMs > 0) this.#leftQueue(task);
    if (!this.#starting) this.#startMore();
    if (this.#idle.length > 0 && this.#active === 0 && this.length === 0)
      for (const done of this.#idle.splice(0)) done();
  }

  /** It ended while it waited: its place is swept up with others, so that thousands that end at once stay cheap. */
  #leftQueue(task: Task): void {
    task.options.callOff?.();
    this.#ended++;
    if (this.#ended * 2 <= this.#waiting.length) return;
    this.#waiting = this.#waiting.filter(isPending);
    this.#ended = 0;
  }

  #startMore(): void {
    this.#starting = true;
    while (this.#waiting.length > 0 && this.#active < this.bound) {
      const task = this.#waiting.shift()!;
      if (isPending(task)) this.#start(task);
      else this.#ended--;
    }
    this.#starting = false;
  }

  /** Resolves when nothing is under way. */
  whenIdle(): Promise<void> {
    if (this.#active === 0 && this.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Ends what has not started. */
  clear(): void {
    for (const task of this.#waiting.filter(isPending)) task.reject(new RhaiDisposedError());
  }
}
