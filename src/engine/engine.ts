// RhaiEngine: what users create. It checks arguments, makes tasks and hands them to lanes; everything else lives in
// the small classes it owns. Every public method is described in API.md and the README.
// long because: the public surface is one class, and most of it is doc comments and one-line methods.

import { AsyncResource } from 'node:async_hooks';
import { RhaiAsyncFunctionError, RhaiDisposedError, RhaiError, RhaiInternalError } from '../errors/index.js';
import type { Backend, Capabilities } from '../backend/core.js';
import { nativeBackend } from '../backend/native.js';
import { CallCounters } from '../host/calls.js';
import { ErrorTable } from '../host/errors.js';
import { Functions, type FunctionOptions, type HostHandler } from '../host/functions.js';
import { sleep } from '../host/sleep.js';
import {
  resolveOptions,
  runLimits,
  type EngineOptions,
  type EvalOptions,
  type ResolvedOptions,
  type RunOptions,
} from '../options/engine.js';
import * as C from '../protocol/constants.js';
import { tracerFor } from '../trace/trace.js';
import { analysisOf, compileError, functionsOf, type Analysis, type CompiledMap } from './analysis.js';
import { closeGently, type CloseOptions } from './close.js';
import type { LaneShared } from './lane.js';
import { Lanes } from './lanes.js';
import { LimitSets } from './limit-sets.js';
import { Program, Programs } from './programs.js';
import { Run } from './run.js';
import { RunQueue } from './run-queue.js';
import { EngineScope } from './scope.js';
import { Script } from './script.js';
import { laneShared } from './shared.js';
import { unwatch, watch } from './signals.js';
import { engineStats, RunCounters, type EngineStats } from './stats.js';
import { Task, type CallTarget } from './task.js';
import { applyListeners, applyOptions } from './task-options.js';
import { RunTracer } from './tracing.js';

const NO_OPTIONS: RunOptions = Object.freeze({});

function backendOf(choice: ResolvedOptions['backend']): Backend {
  if (choice === 'wasm') throw new RhaiError('RHAI_BACKEND', 'This build has no WASM backend yet.');
  return nativeBackend();
}

export class RhaiEngine {
  readonly #backend: Backend;
  readonly #options: ResolvedOptions;
  readonly #functions = new Functions();
  readonly #errors = new ErrorTable();
  readonly #calls = new CallCounters();
  readonly #runs = new RunCounters();
  readonly #limits: LimitSets;
  readonly #programs: Programs;
  readonly #lanes: Lanes;
  readonly #scope: EngineScope;
  readonly #queue: RunQueue;
  readonly #tracer: RunTracer | undefined;
  #nextRun = 1;
  #closing = false;
  #disposed = false;

  /** Picks the backend and makes an engine. */
  static async create(options?: EngineOptions): Promise<RhaiEngine> {
    return RhaiEngine.createSync(options);
  }

  /** The same at once; only the native backend can. */
  static createSync(options?: EngineOptions): RhaiEngine {
    const resolved = resolveOptions(options);
    return new RhaiEngine(backendOf(resolved.backend), resolved);
  }

  private constructor(backend: Backend, options: ResolvedOptions) {
    this.#backend = backend;
    this.#options = options;
    this.#limits = new LimitSets(options.limits);
    this.#programs = new Programs(options.limits.maxSourceBytes, (program) =>
      this.#lanes.dropProgram(program),
    );
    const tracer = tracerFor(options.trace);
    this.#tracer = tracer && new RunTracer(tracer);
    this.#lanes = new Lanes(backend, options, this.#shared());
    this.#scope = new EngineScope(() => this.#lanes.home(), options.limits);
    this.#queue = new RunQueue(options.maxConcurrentRuns, (task) => this.#begin(task));
    this.#functions.register('sleep', sleep, { context: true, arity: 1, timeoutMs: 0 });
  }

  #shared(): LaneShared {
    return laneShared(this, this.#options, {
      functions: this.#functions,
      errors: this.#errors,
      counters: this.#calls,
      tracer: this.#tracer,
      base: this.#limits.base,
      committed: (variables) => this.#scope.commit(variables),
      laneBroken: (lane) => this.#lanes.forget(lane),
    });
  }

  /** Which backend runs the scripts. */
  get backend(): 'native' | 'wasm' {
    return this.#backend.name;
  }

  get capabilities(): Capabilities {
    return this.#backend.capabilities;
  }

  #mustBeOpen(): void {
    if (this.#disposed || this.#closing) throw new RhaiDisposedError();
  }

  // Host functions.

  /** Makes `fn` callable from scripts under `name`; registering again replaces it. */
  registerFunction(name: string, fn: HostHandler, options?: FunctionOptions): this {
    this.#mustBeOpen();
    this.#lanes.define(this.#functions.register(name, fn, options));
    return this;
  }

  /** False when there was none. */
  unregisterFunction(name: string): boolean {
    this.#mustBeOpen();
    const gone = this.#functions.unregister(name);
    if (gone) this.#lanes.undefine(gone);
    return gone !== undefined;
  }

  // Running scripts.

  /** Runs on the calling thread; a host function that returns a promise ends it with RhaiAsyncFunctionError. */
  eval<T = unknown>(script: string | Script, options: EvalOptions = NO_OPTIONS): T {
    this.#mustBeOpen();
    const task = this.#task(script, options, true);
    const lane = this.#lanes.home();
    this.#runs.started++;
    lane.start(task, []);
    while (task.settled === undefined) {
      const canGoOn = lane.port.stepRun(task.slot, task.generation);
      if (!canGoOn && !task.ended) task.fail(new RhaiAsyncFunctionError('sleep'));
    }
    this.#scope.changed();
    if (task.settled === 'failed') throw task.error;
    return task.value as T;
  }

  /** Runs in the background. Wrong arguments throw at once; everything else rejects the run. */
  evalAsync<T = unknown>(script: string | Script, options: RunOptions = NO_OPTIONS): Run<T> {
    this.#mustBeOpen();
    return this.#launch<T>(this.#task(script, options, false), options);
  }

  /** Runs one function of a script. */
  call<T = unknown>(
    script: string | Script,
    functionName: string,
    args: readonly unknown[] = [],
    options: RunOptions = NO_OPTIONS,
  ): Run<T> {
    this.#mustBeOpen();
    if (typeof functionName !== 'string') throw new TypeError('functionName must be a string');
    if (!Array.isArray(args)) throw new TypeError('args must be an array');
    const target: CallTarget = { name: functionName, args };
    const task = this.#task(script, options, false);
    task.call = target;
    return this.#launch<T>(task, options);
  }

  #task(script: string | Script, options: RunOptions, sync: boolean): Task {
    const isPlain = options === NO_OPTIONS;
    const limits = isPlain ? this.#limits.base : this.#limits.of(runLimits(this.#options.limits, options));
    const task = new Task(this.#nextRun++, this.#program(script, options.name), limits, sync);
    task.onLeave = this.#onLeave;
    if (!isPlain) applyListeners(task, options);
    return task;
  }

  #program(script: string | Script, name: string | undefined): Program {
    if (script instanceof Script) return Script.programOf(script);
    if (typeof script !== 'string')
      throw new TypeError(`a script must be a string or a Script, got ${typeof script}`);
    if (name !== undefined && typeof name !== 'string') throw new TypeError('name must be a string');
    return this.#programs.of(script, name);
  }

  #launch<T>(task: Task, options: RunOptions): Run<T> {
    task.scope = new AsyncResource('RhaiRun');
    if (options !== NO_OPTIONS) applyOptions(task, options);
    const run = new Run<T>(task);
    const { signal } = task;
    if (signal !== undefined) {
      if (signal.aborted) task.cancel(signal.reason);
      else watch(signal, task);
    }
    if (task.settled === undefined) this.#queue.add(task);
    return run;
  }

  #begin(task: Task): void {
    this.#runs.started++;
    try {
      this.#lanes.next().start(task, this.#scope.copy());
    } catch (error) {
      task.reject(error);
    }
  }

  readonly #onLeave = (task: Task): void => {
    task.home?.leave(task);
    if (task.signal !== undefined) unwatch(task.signal, task);
    this.#runs.ended(task);
    this.#tracer?.ended(task);
    if (!task.sync) this.#queue.left(task);
  };

  // Looking at scripts.

  /** Parses and compiles once; throws RhaiSyntaxError. */
  compile(script: string, options: { name?: string } = {}): Script {
    this.#mustBeOpen();
    const program = this.#program(script, options.name);
    const map = this.#compiled(program, C.COMPILE_ANSWER);
    if (!map.ok) throw compileError(map, program);
    return new Script(this, program, functionsOf(map));
  }

  /** Looks at a script without running any of it. */
  analyze(script: string): Analysis {
    this.#mustBeOpen();
    return analysisOf(this.#compiled(this.#program(script, undefined), C.COMPILE_ANSWER | C.COMPILE_ANALYZE));
  }

  #compiled(program: Program, flags: number): CompiledMap {
    const home = this.#lanes.home();
    const map = home.ask(C.COMPILED, home.program(program, flags), (body) => body.read() as CompiledMap);
    if (map === undefined) throw new RhaiInternalError('The home core did not answer.');
    return map;
  }

  // The engine's scope.

  setVar(name: string, value: unknown): this {
    this.#mustBeOpen();
    this.#scope.set(name, value, false);
    return this;
  }

  setConstant(name: string, value: unknown): this {
    this.#mustBeOpen();
    this.#scope.set(name, value, true);
    return this;
  }

  /** The variable's value; undefined when there is none. */
  getVar<T = unknown>(name: string): T | undefined {
    this.#mustBeOpen();
    return this.#scope.get(name) as T | undefined;
  }

  /** All variables and constants. */
  vars(): Record<string, unknown> {
    this.#mustBeOpen();
    return this.#scope.all();
  }

  clearScope(): this {
    this.#mustBeOpen();
    this.#scope.clear();
    return this;
  }

  // Counters and the end.

  stats(): EngineStats {
    if (this.#disposed) throw new RhaiDisposedError();
    return engineStats(this.#runs, this.#calls, this.#lanes.all(), this.#queue.length);
  }

  /** Takes no more runs, lets those under way finish within `graceMs`, then disposes. */
  async close(options: CloseOptions = {}): Promise<void> {
    if (this.#disposed) return;
    this.#closing = true;
    await closeGently(options, this.#queue);
    this.dispose();
  }

  /** Ends everything at once: pending runs reject with RhaiDisposedError. Idempotent. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#queue.clear();
    this.#lanes.close();
    this.#errors.clear();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
