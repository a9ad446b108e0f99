// Runs that may not start yet (option `maxConcurrentRuns`): higher priority first, else in order. Without a bound
// nothing waits here. Also knows when the last run has ended, for `close`.

import { RhaiDisposedError } from '../errors/index.js';
import { Hold } from './hold.js';
import type { Warnings } from '../host/warnings.js';
import type { Task } from './task.js';

/** Waiting runs that are worth a warning. */
const PILE = 10_000;

export class RunQueue {
  #waiting: Task[] = [];
  readonly #hold = new Hold();
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
    return this.#waiting.length;
  }

  add(task: Task): void {
    if (this.bound === 0 || this.#active < this.bound) return this.#start(task);
    let place = this.#waiting.length;
    while (place > 0 && this.#waiting[place - 1]!.options.priority < task.options.priority) place--;
    this.#waiting.splice(place, 0, task);
    if (this.#waiting.length === PILE)
      this.warnings.tell('RHAI_RUNS_PILE_UP', `${PILE} runs wait for maxConcurrentRuns (${this.bound}).`);
    this.#hold.enter(task);
  }

  #start(task: Task): void {
    this.#hold.leave(task);
    this.startNow(task, this.begin);
  }

  /** Starts it although the bound may be reached. */
  startNow(task: Task, begin: (task: Task) => void): void {
    task.counted = true;
    this.#active++;
    begin(task);
  }

  /** A run is over, started or not. */
  left(task: Task): void {
    this.#hold.leave(task);
    if (task.counted) this.#active--;
    else if (this.#waiting.length > 0) this.#waiting = this.#waiting.filter((other) => other !== task);
    if (!this.#starting) this.#startMore();
    if (this.#idle.length > 0 && this.#active === 0 && this.#waiting.length === 0)
      for (const done of this.#idle.splice(0)) done();
  }

  #startMore(): void {
    this.#starting = true;
    while (this.#waiting.length > 0 && this.#active < this.bound) this.#start(this.#waiting.shift()!);
    this.#starting = false;
  }

  /** Resolves when nothing is under way. */
  whenIdle(): Promise<void> {
    if (this.#active === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Ends what has not started. */
  clear(): void {
    for (const task of this.#waiting.splice(0)) task.reject(new RhaiDisposedError());
  }
}
