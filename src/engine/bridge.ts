// A bridge is the smallest driver of executions: evals and host calls are numbers, everything is polled, and nothing
// happens outside of its methods. For people who drive their own loop. Every bridge has its own queue and its own ids.

import { RhaiDisposedError } from '../errors/index.js';
import { isRecord, known, whole } from '../options/check.js';
import { ENGINE_OPTIONS, type EngineOptions, type ExecutionOptions } from '../options/engine.js';
import { RhaiEngine } from './engine.js';
import type { Execution } from './execution.js';
import { printsAs } from './inspect.js';

/** Options of `createBridge`. */
export interface BridgeOptions extends EngineOptions {
  /** Operations that one poll may run of each script. Default 10,000. */
  fuelPerPoll?: number;
  /** Runs the scripts on this engine (its scope and modules) instead of one of its own. */
  engine?: RhaiEngine;
}

/** A host call to be answered with `provideResult` or `provideError`. */
export interface BridgeRequest {
  /** One host call; never used again. */
  readonly execId: number;
  readonly evalId: number;
  readonly functionName: string;
  readonly args: readonly unknown[];
}

/** How an eval stands: 0 in progress, 1 success, 2 error. */
export type BridgeStatus =
  | { readonly status: 0 }
  | { readonly status: 1; readonly value: unknown }
  | { readonly status: 2; readonly error: unknown };

interface Eval {
  readonly id: number;
  readonly execution: Execution;
  /** Calls handed out or queued: it cannot go on before they are answered. */
  open: number;
}

const IN_PROGRESS: BridgeStatus = Object.freeze({ status: 0 });
const DEFAULT_FUEL = 10_000;
/** Outcomes that are kept to be polled again; then the oldest are forgotten. */
const MAX_OUTCOMES = 10_000;
const OPTION_NAMES = new Set(['fuelPerPoll', 'engine', ...ENGINE_OPTIONS]);
/** What a bridge over an engine that is given takes beside it; the rest is for an engine of its own. */
const WITH_ENGINE = new Set(['fuelPerPoll', 'engine']);

/**
 * The machine as a queue of numbers, for people who drive their own loop. Nothing happens outside of its methods.
 * @example
 * ```ts
 * const bridge = createBridge();
 * const id = bridge.startEval('twice(21)');
 * for (let request = bridge.pollRequest(); request; request = bridge.pollRequest())
 *   bridge.provideResult(request.execId, (request.args[0] as number) * 2);
 * console.log(bridge.pollEval(id)); // prints: { status: 1, value: 42 }
 * bridge.dispose();
 * ```
 */
export class Bridge {
  readonly #engine: RhaiEngine;
  readonly #ownsEngine: boolean;
  readonly #fuel: number;
  readonly #live = new Map<number, Eval>();
  readonly #outcomes = new Map<number, BridgeStatus>();
  /** Evals that can go on, in turn. */
  readonly #ready = new Set<Eval>();
  readonly #queue: BridgeRequest[] = [];
  readonly #calls = new Map<number, { readonly of: Eval; readonly requestId: string }>();
  #nextEval = 1;
  #nextExec = 1;
  #disposed = false;

  constructor(options: BridgeOptions = {}) {
    const { fuelPerPoll, engine, ...rest } = checked(options);
    this.#fuel = whole('fuelPerPoll', fuelPerPoll, DEFAULT_FUEL, 1, Number.MAX_SAFE_INTEGER);
    this.#engine = engine ?? RhaiEngine.createSync(rest);
    this.#ownsEngine = engine === undefined;
  }

  /** Takes a script; it runs when something is polled. */
  startEval(script: string, options?: ExecutionOptions): number {
    if (this.#disposed) throw new RhaiDisposedError('The bridge is disposed.');
    const id = this.#nextEval++;
    const made: Eval = { id, execution: this.#engine.start(script, options), open: 0 };
    this.#live.set(id, made);
    this.#ready.add(made);
    return id;
  }

  /** The next host call, each once; null when no script has one to make now. */
  pollRequest(): BridgeRequest | null {
    for (let turns = this.#ready.size; turns > 0 && this.#queue.length === 0; turns--) {
      const [first] = this.#ready;
      if (first !== undefined) this.#advance(first);
    }
    return this.#queue.shift() ?? null;
  }

  /** Lets one eval run for a while. */
  #advance(one: Eval): void {
    this.#ready.delete(one);
    const step = one.execution.poll({ fuel: this.#fuel });
    if (step.kind === 'outOfFuel') this.#ready.add(one);
    else if (step.kind === 'done') this.#end(one, { status: 1, value: step.value });
    else if (step.kind === 'failed') this.#end(one, { status: 2, error: step.error });
    else for (const { id, name, args } of step.requests) this.#ask(one, id, name, args);
  }

  #ask(of: Eval, requestId: string, functionName: string, args: readonly unknown[]): void {
    const execId = this.#nextExec++;
    this.#calls.set(execId, { of, requestId });
    of.open++;
    this.#queue.push({ execId, evalId: of.id, functionName, args });
  }

  /** Gives a host call its result. -1 when nobody waits for it: unknown, answered, or its eval is over. */
  provideResult(execId: number, result: unknown): 0 | -1 {
    return this.#answer(execId, { ok: result });
  }

  /** Lets a host call fail with `error`. -1 as `provideResult`. */
  provideError(execId: number, error: unknown): 0 | -1 {
    return this.#answer(execId, { error });
  }

  #answer(execId: number, reply: { ok: unknown } | { error: unknown }): 0 | -1 {
    const call = this.#calls.get(execId);
    if (call === undefined) return -1;
    this.#calls.delete(execId);
    this.#forgetRequest(execId);
    if (--call.of.open === 0) this.#ready.add(call.of);
    return call.of.execution.resume(call.requestId, reply) ? 0 : -1;
  }

  /** A call that was answered before it was polled is not handed out any more. */
  #forgetRequest(execId: number): void {
    const at = this.#queue.findIndex((request) => request.execId === execId);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  /** How an eval stands; lets it run for a while when it can. Throws a RangeError for a number that was never given. */
  pollEval(evalId: number): BridgeStatus {
    const one = this.#live.get(evalId);
    if (one !== undefined && this.#ready.has(one)) this.#advance(one);
    if (this.#live.has(evalId)) return IN_PROGRESS;
    const outcome = this.#outcomes.get(evalId);
    if (outcome === undefined) throw new RangeError(`there is no eval ${JSON.stringify(evalId)}`);
    return outcome;
  }

  /** Ends an eval with a RhaiCancelledError. -1 when it is over or unknown. */
  cancelEval(evalId: number, reason?: unknown): 0 | -1 {
    const one = this.#live.get(evalId);
    if (one === undefined || !one.execution.cancel(reason)) return -1;
    this.#advance(one);
    return 0;
  }

  #end(one: Eval, outcome: BridgeStatus): void {
    this.#live.delete(one.id);
    this.#ready.delete(one);
    this.#outcomes.set(one.id, outcome);
    for (const [execId, call] of this.#calls) {
      if (call.of !== one) continue;
      this.#calls.delete(execId);
      this.#forgetRequest(execId);
    }
    if (this.#outcomes.size > MAX_OUTCOMES) this.#outcomes.delete(this.#outcomes.keys().next().value!);
  }

  static {
    printsAs(Bridge, 'Bridge', (bridge) => bridge.#summary());
  }

  /** What is printed of it. */
  #summary(): object {
    if (this.#disposed) return { state: 'disposed' };
    return { evals: this.#live.size, calls: this.#calls.size };
  }

  /** Ends everything: evals that are not over fail with a RhaiDisposedError. An engine that was given lives on. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const error = new RhaiDisposedError('The bridge was disposed while the eval was pending.');
    for (const one of [...this.#live.values()]) {
      one.execution.cancel();
      this.#end(one, { status: 2, error });
    }
    if (this.#ownsEngine) this.#engine.dispose();
  }

  /** Ends everything. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Options for the engine have no meaning when there is one. */
function checked(options: BridgeOptions): BridgeOptions {
  if (!isRecord(options)) throw new TypeError('the options of a bridge must be an object');
  const { engine } = options;
  if (engine === undefined) known('a bridge', options, OPTION_NAMES);
  else known('a bridge over a given engine', options, WITH_ENGINE);
  if (engine !== undefined && !(engine instanceof RhaiEngine))
    throw new TypeError('engine must be a RhaiEngine');
  return options;
}

/** A bridge over an engine of its own, or over `options.engine`. */
export function createBridge(options?: BridgeOptions): Bridge {
  return new Bridge(options);
}
