// Execution: a run that its owner steps by hand on the calling thread. `poll` gives it fuel; its host calls become
// requests that the owner answers with `resume`. Nothing happens between two calls: no thread, no timer of ours, and by
// itself no clock, so the same script with the same answers takes the same steps.

import { printsAs } from './inspect.js';
import { RhaiCancelledError, RhaiError } from '../errors/index.js';
import type { HostCall } from '../host/call.js';
import type { HostCalls } from '../host/calls.js';
import type { Position } from '../errors/index.js';
import { fuelOf } from '../options/engine.js';
import * as C from '../protocol/constants.js';
import type { Lane } from './lane.js';
import type { RunState, RunStats, Task } from './task.js';

/** A host call that waits for `resume`. */
export interface ExecutionRequest {
  readonly id: string;
  /** The function's name, such as `fetch` or `db::get`; it need not be registered. */
  readonly name: string;
  readonly args: readonly unknown[];
  /** Where in the script the call stands. */
  readonly position: Position;
}

/** What `poll` found. */
export type ExecutionStep<T = unknown> =
  /** It waits for these requests, oldest first; polling again without an answer gives them again. */
  | { readonly kind: 'suspended'; readonly requests: readonly ExecutionRequest[] }
  /** The fuel is used up; poll again. */
  | { readonly kind: 'outOfFuel' }
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The answer to a request: a value, or what the call throws. */
export type ExecutionReply = { readonly ok: unknown } | { readonly error: unknown };

/** Requests nobody has answered yet. It outlives its Execution only as long as the run does. */
export class OpenRequests {
  readonly #calls = new Map<string, HostCall>();

  readonly add = (call: HostCall): void => {
    this.#calls.set(call.requestId, call);
  };

  /** The call, once; undefined when it is unknown, answered or over. */
  take(id: string): HostCall | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call?.isOver === false ? call : undefined;
  }

  list(): ExecutionRequest[] {
    for (const [id, call] of this.#calls) if (call.isOver) this.#calls.delete(id);
    return [...this.#calls].map(([id, call]) => ({
      id,
      name: call.fn.name,
      args: call.args,
      position: call.position,
    }));
  }
}

/** Executions that were forgotten without an end. */
const forgotten = new FinalizationRegistry<Task>((task) => task.cancel(undefined));

/**
 * A run that is stepped by hand: deterministic, without threads or clocks. Made by `engine.start()`.
 * @example
 * ```ts
 * const run = engine.start('let s = 0; loop { s += 1 }');
 * console.log(run.poll({ fuel: 100 }).kind, run.state); // prints: outOfFuel running
 * run.cancel();
 * ```
 */
export class Execution<T = unknown> {
  readonly #task: Task;
  readonly #lane: Lane;
  readonly #requests: OpenRequests;
  #polling = false;
  #told = false;

  /** @internal */
  constructor(task: Task, lane: Lane, requests: OpenRequests) {
    this.#task = task;
    this.#lane = lane;
    this.#requests = requests;
    forgotten.register(this, task, this);
  }

  /** Unique within the engine. */
  get id(): number {
    return this.#task.id;
  }

  get state(): RunState {
    return this.#task.state;
  }

  /** What it used; final when it is over. */
  get stats(): RunStats {
    return this.#task.stats;
  }

  /**
   * Runs on the calling thread for at most `fuel` operations (default 10,000) and tells how far it came.
   * After `done` or `failed` was told, polling again throws.
   */
  poll(options: { fuel?: number } = {}): ExecutionStep<T> {
    const fuel = fuelOf(options);
    if (this.#polling) throw new RhaiError('RHAI_EXECUTION', 'The execution is being polled.');
    if (this.#told)
      throw new RhaiError('RHAI_EXECUTION', 'The execution is over: it cannot be polled again.');
    if (this.#task.settled === undefined && this.#requests.list().length === 0) this.#step(fuel);
    return this.#found();
  }

  #step(fuel: number): void {
    const { port } = this.#lane;
    const { slot, generation } = this.#task;
    this.#polling = true;
    try {
      port.begin(C.FUEL, slot, generation).f64(fuel);
      port.end();
      while (port.stepRun(slot, generation, this.#lane.live > 1) && this.#task.settled === undefined);
    } finally {
      this.#polling = false;
    }
  }

  #found(): ExecutionStep<T> {
    const { settled, value, error } = this.#task;
    if (settled !== undefined) {
      this.#told = true;
      forgotten.unregister(this);
      return settled === 'done' ? { kind: 'done', value: value as T } : { kind: 'failed', error };
    }
    const requests = this.#requests.list();
    return requests.length > 0 ? { kind: 'suspended', requests } : { kind: 'outOfFuel' };
  }

  /**
   * Answers a request. False (and counted in `stats().requests.late`) when it is unknown, answered already, or over.
   * A value that cannot cross is thrown at the call, as for host functions.
   */
  resume(id: string, reply: ExecutionReply): boolean {
    if (typeof reply !== 'object' || reply === null || 'ok' in reply === 'error' in reply)
      throw new TypeError('a reply is { ok } or { error }');
    const { calls } = this.#lane;
    const call = this.#task.ended ? undefined : this.#requests.take(id);
    if (call === undefined) return calls.countLate();
    settle(calls, call, reply);
    return true;
  }

  /** Ends it: the next poll tells `failed` with a RhaiCancelledError that carries `reason`. False when it was over already. */
  cancel(reason?: unknown): boolean {
    if (!this.#task.cancel(reason)) return false;
    if (!this.#polling && !this.#lane.port.closed) this.#lane.port.settle();
    if (this.#task.settled === undefined && !this.#polling) this.#task.reject(new RhaiCancelledError(reason));
    return true;
  }

  /** Cancels what has not ended. */
  [Symbol.dispose](): void {
    this.cancel();
  }
}

function settle(calls: HostCalls, call: HostCall, reply: ExecutionReply): void {
  if ('ok' in reply) calls.fulfilled(call, reply.ok);
  else calls.rejected(call, reply.error);
}

printsAs(Execution, 'Execution', ({ id, state }) => ({ id, state }));
