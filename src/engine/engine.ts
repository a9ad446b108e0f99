// RhaiEngine: what users create. It checks arguments, makes tasks and hands them to lanes; everything else lives in
// the small classes it owns. Every public method is described in API.md and the README.
// long because: the public surface is one class, and most of it is doc comments and one-line methods.

import { RhaiDisposedError } from '../errors/index.js';
import type { Backend, Capabilities } from '../backend/core.js';
import { chooseBackend, chooseBackendSync } from '../backend/choose.js';
import { CallCounters } from '../host/call-parts.js';
import { ErrorTable } from '../host/errors.js';
import {
  Functions,
  type ContextHandler,
  type FunctionOptions,
  type HostHandler,
  type PlainOptions,
  type TypedHandler,
} from '../host/functions.js';
import { CallGate } from '../host/gate.js';
import { Modules, registerGiven, type ModuleMembers, type ModuleOptions } from '../host/modules.js';
import { registerOwn } from '../host/own.js';
import { Warnings } from '../host/warnings.js';
import { known } from '../options/check.js';
import { nextTurn } from '../platform/timers.js';
import {
  resolveOptions,
  type EngineOptions,
  type EvalOptions,
  type ModuleResolver,
  type ExecutionOptions,
  type ResolvedOptions,
  type RunOptions,
  type StreamOptions,
  type WithSchema,
} from '../options/engine.js';
import type { Params, ParamType } from '../schema/params.js';
import type { AnySchema, OutputOf } from '../schema/standard.js';
import { tracerFor } from '../trace/trace.js';
import type { Analysis } from './analysis.js';
import { closeGently, graceOf, type CloseOptions } from './close.js';
import { Compiler } from './compiler.js';
import { definitionsOf, type Definitions } from './definitions/index.js';
import type { Execution } from './execution.js';
import { printsAs } from './inspect.js';
import type { LaneShared } from './lane.js';
import { Lanes } from './lanes.js';
import { LimitSets } from './limit-sets.js';
import type { Run } from './run.js';
import { NO_OPTIONS, Runner } from './runner.js';
import { EngineScope } from './scope.js';
import type { Script } from './script.js';
import { laneShared } from './shared.js';
import { engineStats, type EngineStats } from './stats.js';
import type { RunStream } from './stream.js';
import { RunTracer } from './tracing.js';

declare module '../host/context.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface ContextEngine extends RhaiEngine {}
}

const COMPILE_NAMES = new Set(['name']);

/**
 * An engine: host functions, a scope, limits, and the cores that run its scripts. Belongs to one JavaScript thread.
 * `close()` or `dispose()` ends it; an idle one never keeps the process alive.
 * @example
 * ```ts
 * const engine = await RhaiEngine.create({ limits: secureDefaults() });
 * console.log(await engine.evalAsync('40 + 2')); // prints: 42
 * await engine.close();
 * ```
 */
export class RhaiEngine {
  readonly #backend: Backend;
  readonly #options: ResolvedOptions;
  readonly #functions = new Functions();
  readonly #modules = new Modules(this.#functions);
  readonly #errors = new ErrorTable();
  readonly #calls = new CallCounters();
  readonly #warnings: Warnings;
  readonly #gate: CallGate;
  readonly #limits: LimitSets;
  readonly #compiler: Compiler;
  readonly #lanes: Lanes;
  readonly #scope: EngineScope;
  readonly #runner: Runner;
  readonly #tracer: RunTracer | undefined;
  #closing = false;
  #disposed = false;

  /**
   * Picks the backend and makes an engine.
   * @example
   * ```ts
   * const engine = await RhaiEngine.create({ threads: 2, onPrint: (text) => console.log(text) });
   * await engine.evalAsync('print("hello")'); // prints: hello
   * ```
   */
  static async create(options?: EngineOptions): Promise<RhaiEngine> {
    const resolved = resolveOptions(options);
    return new RhaiEngine(await chooseBackend(resolved), resolved);
  }

  /**
   * The same at once; only the native backend can.
   * @example
   * ```ts
   * const engine = RhaiEngine.createSync();
   * console.log(engine.eval('6 * 7')); // prints: 42
   * ```
   */
  static createSync(options?: EngineOptions): RhaiEngine {
    const resolved = resolveOptions(options);
    return new RhaiEngine(chooseBackendSync(resolved), resolved);
  }

  /** On a backend that somebody has made. @internal */
  static on(backend: Backend, options?: EngineOptions): RhaiEngine {
    return new RhaiEngine(backend, resolveOptions(options));
  }

  private constructor(backend: Backend, options: ResolvedOptions) {
    if (options === undefined)
      throw new TypeError('An engine is made by `await RhaiEngine.create()`, or by RhaiEngine.createSync().');
    this.#backend = backend;
    this.#options = options;
    this.#warnings = new Warnings(options.onWarning);
    if (backend.fallback !== undefined) this.#warnings.tell('RHAI_BACKEND_FALLBACK', backend.fallback);
    this.#gate = new CallGate(options.maxPendingRequests, this.#warnings);
    this.#limits = new LimitSets(options.limits);
    const tracer = tracerFor(options.trace);
    this.#tracer = tracer && new RunTracer(tracer);
    this.#lanes = new Lanes(backend, options, this.#shared());
    this.#scope = new EngineScope(() => this.#lanes.home(), options.limits);
    this.#compiler = new Compiler(
      options.limits.maxSourceBytes,
      this.#functions,
      () => this.#lanes.home(),
      (program) => this.#lanes.dropProgram(program),
    );
    this.#runner = new Runner({
      options,
      limits: this.#limits,
      lanes: this.#lanes,
      scope: this.#scope,
      compiler: this.#compiler,
      tracer: this.#tracer,
      warnings: this.#warnings,
    });
    registerOwn(this.#functions);
    registerGiven(this.#modules, options.modules);
  }

  #shared(): LaneShared {
    return laneShared(this, this.#options, {
      functions: this.#functions,
      modules: this.#modules,
      errors: this.#errors,
      counters: this.#calls,
      gate: this.#gate,
      warnings: this.#warnings,
      tracer: this.#tracer,
      base: this.#limits.base,
      committed: (variables) => this.#scope.commit(variables),
      callFunction: (lane, handle, args, origin) => this.#runner.held(lane, handle, args, origin),
      left: (task) => this.#runner.leave(task),
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
    if (this.#disposed) throw new RhaiDisposedError();
    if (this.#closing) throw new RhaiDisposedError('The engine is closing: it takes nothing more.');
  }

  // Host functions.

  /**
   * Makes `fn` callable from scripts under `name`; registering again replaces it. A list of validators types `fn`.
   * @example
   * ```ts
   * engine.registerFunction('fetch_user', async (id: number) => ({ id, name: 'Ann' }), { timeoutMs: 2_000 });
   * console.log(await engine.evalAsync('fetch_user(7).name')); // prints: Ann
   * ```
   */
  registerFunction(name: string, fn: ContextHandler, options: PlainOptions & { context: true }): this;
  registerFunction(name: string, fn: HostHandler, options?: PlainOptions & { context?: false }): this;
  registerFunction<
    const P extends Params | undefined = undefined,
    const R extends ParamType | undefined = undefined,
    const C extends boolean = false,
  >(name: string, fn: TypedHandler<P, R, C>, options: FunctionOptions<P, R, C>): this;
  registerFunction(name: string, fn: HostHandler, options?: FunctionOptions): this {
    this.#mustBeOpen();
    this.#lanes.define(this.#functions.register(name, fn, options));
    return this;
  }

  /**
   * False when there was none.
   * @example
   * ```ts
   * engine.registerFunction('now', () => 1);
   * console.log(engine.unregisterFunction('now'), engine.unregisterFunction('now')); // prints: true false
   * ```
   */
  unregisterFunction(name: string): boolean {
    this.#mustBeOpen();
    const gone = this.#functions.unregister(name);
    if (gone) this.#lanes.undefine(gone);
    return gone !== undefined;
  }

  /**
   * Makes a module: functions and constants under one name. Scripts call `name::function` directly, or
   * `import "name" as n`. A string is the text of a script module. Registering again replaces it.
   * @example
   * ```ts
   * engine.registerModule('geo', { area: (w: number, h: number) => w * h, UNIT: 'cm' });
   * console.log(engine.eval('import "geo" as geo; geo::area(2, 3) + geo::UNIT')); // prints: 6cm
   * ```
   */
  registerModule(name: string, members: ModuleMembers | string, options?: ModuleOptions): this {
    this.#mustBeOpen();
    const { module, gone } = this.#modules.register(name, members, options);
    for (const fn of gone) this.#lanes.undefine(fn);
    for (const [, fn] of module.functions) this.#lanes.define(fn);
    return this;
  }

  /**
   * Finds the text of modules that are not registered, also asynchronously; undefined removes it.
   * @example
   * ```ts
   * engine.setModuleResolver(async (path) => (path === 'tax' ? 'fn of(x) { x / 5 }' : undefined));
   * console.log(await engine.evalAsync('import "tax" as tax; tax::of(100)')); // prints: 20
   * ```
   */
  setModuleResolver(resolver: ModuleResolver | undefined): this {
    this.#mustBeOpen();
    this.#modules.resolveWith(resolver);
    return this;
  }

  /**
   * False when there was none.
   * @example
   * ```ts
   * engine.registerModule('geo', { UNIT: 'cm' });
   * console.log(engine.unregisterModule('geo')); // prints: true
   * ```
   */
  unregisterModule(name: string): boolean {
    this.#mustBeOpen();
    const gone = this.#modules.unregister(name);
    for (const [, fn] of gone?.functions ?? []) this.#lanes.undefine(fn);
    return gone !== undefined;
  }

  /**
   * Definitions of everything that is registered: `dts` for TypeScript, `rhai` for rhai's language server.
   * @example
   * ```ts
   * engine.registerFunction('add', (a: number, b: number) => a + b, { params: ['int', 'int'], returns: 'int' });
   * console.log(engine.definitions().rhai.includes('fn add(')); // prints: true
   * ```
   */
  definitions(): Definitions {
    this.#mustBeOpen();
    return definitionsOf(this.#functions, this.#modules);
  }

  // Running scripts.

  /**
   * Runs on the calling thread; a host function that returns a promise ends it with RhaiAsyncFunctionError.
   * @example
   * ```ts
   * console.log(engine.eval('let x = 20; x * 2 + 2')); // prints: 42
   * console.log(engine.getVar('x')); // prints: 20
   * ```
   */
  eval<S extends AnySchema>(script: string | Script, options: WithSchema<EvalOptions, S>): OutputOf<S>;
  eval<T = unknown>(script: string | Script, options?: EvalOptions): T;
  eval<T = unknown>(script: string | Script, options: EvalOptions = NO_OPTIONS): T {
    this.#mustBeOpen();
    return this.#runner.now(this.#runner.task(script, options, 'eval'), RhaiEngine.prototype.eval) as T;
  }

  /**
   * Runs in the background. Wrong arguments throw at once; everything else rejects the run.
   * @example
   * ```ts
   * const run = engine.evalAsync<number>('rate * 100', { scope: { rate: 0.25 }, timeoutMs: 1_000 });
   * console.log(await run, run.state); // prints: 25 done
   * ```
   */
  evalAsync<S extends AnySchema>(
    script: string | Script,
    options: WithSchema<RunOptions, S>,
  ): Run<OutputOf<S>>;
  evalAsync<T = unknown>(script: string | Script, options?: RunOptions): Run<T>;
  evalAsync<T = unknown>(script: string | Script, options: RunOptions = NO_OPTIONS): Run<T> {
    this.#mustBeOpen();
    return this.#runner.later<T>(this.#runner.task(script, options, 'evalAsync'), options);
  }

  /**
   * The values that a script emits with `emit(v)`, to be read with `for await`. The run starts with the first read; while
   * nobody reads, the script waits (`bufferSize`); leaving the loop cancels it.
   * @example
   * ```ts
   * const seen: unknown[] = [];
   * for await (const n of engine.evalStream('for i in 0..3 { emit(i * i) }')) seen.push(n);
   * console.log(seen.join()); // prints: 0,1,4
   * ```
   */
  evalStream<S extends AnySchema>(
    script: string | Script,
    options: WithSchema<StreamOptions, S>,
  ): RunStream<OutputOf<S>>;
  evalStream<T = unknown>(script: string | Script, options?: StreamOptions): RunStream<T>;
  evalStream<T = unknown>(script: string | Script, options: StreamOptions = NO_OPTIONS): RunStream<T> {
    this.#mustBeOpen();
    const task = this.#runner.task(script, options, 'evalStream');
    return this.#runner.stream<T>(task, options, () => this.#mustBeOpen());
  }

  /**
   * Runs one function of a script.
   * @example
   * ```ts
   * console.log(await engine.call('fn area(w, h) { w * h }', 'area', [2, 3])); // prints: 6
   * ```
   */
  call<S extends AnySchema>(
    script: string | Script,
    functionName: string,
    args: readonly unknown[],
    options: WithSchema<RunOptions, S>,
  ): Run<OutputOf<S>>;
  call<T = unknown>(
    script: string | Script,
    functionName: string,
    args?: readonly unknown[],
    options?: RunOptions,
  ): Run<T>;
  call<T = unknown>(
    script: string | Script,
    functionName: string,
    args: readonly unknown[] = [],
    options: RunOptions = NO_OPTIONS,
  ): Run<T> {
    this.#mustBeOpen();
    if (typeof functionName !== 'string') throw new TypeError('functionName must be a string');
    if (!Array.isArray(args)) throw new TypeError('args must be an array');
    const task = this.#runner.task(script, options, 'call');
    task.special.call = { name: functionName, args };
    return this.#runner.later<T>(task, options);
  }

  /**
   * A run that you step by hand on the calling thread: `poll({ fuel })`, answer its requests with `resume`, poll again.
   * Its host calls are never made by registered functions, and functions that nobody registered are requests too.
   * @example
   * ```ts
   * const run = engine.start('ask("name") + "!"');
   * const step = run.poll();
   * if (step.kind === 'suspended') run.resume(step.requests[0]!.id, { ok: 'Ann' });
   * console.log(run.poll()); // prints: { kind: 'done', value: 'Ann!' }
   * ```
   */
  start<T = unknown>(script: string | Script, options: ExecutionOptions = NO_OPTIONS): Execution<T> {
    this.#mustBeOpen();
    return this.#runner.byHand<T>(script, options);
  }

  // Looking at scripts.

  /**
   * Parses and compiles once; throws RhaiSyntaxError.
   * @example
   * ```ts
   * const script = engine.compile('fn double(x) { x * 2 } double(base)', { name: 'double.rhai' });
   * console.log(await script.run({ scope: { base: 4 } }), await script.call('double', [21])); // prints: 8 42
   * ```
   */
  compile(script: string | Script, options: { name?: string } = {}): Script {
    this.#mustBeOpen();
    known('compile', options, COMPILE_NAMES);
    return this.#compiler.compile(this, script, options.name);
  }

  /**
   * Looks at a script without running any of it.
   * @example
   * ```ts
   * engine.registerFunction('send', (what: unknown) => what);
   * const { isValid, hostFunctions } = engine.analyze('send(1 + 1)');
   * console.log(isValid, hostFunctions.map((one) => one.name).join()); // prints: true send
   * ```
   */
  analyze(script: string | Script): Analysis {
    this.#mustBeOpen();
    return this.#compiler.analyze(script);
  }

  // The engine's scope.

  /**
   * Sets a variable of the engine's scope; a value that cannot cross is a RhaiValueError.
   * @example
   * ```ts
   * engine.setVar('cart', { items: [1, 2] });
   * console.log(engine.eval('cart.items.len()')); // prints: 2
   * ```
   */
  setVar(name: string, value: unknown): this {
    this.#mustBeOpen();
    this.#scope.set(name, value, false);
    return this;
  }

  /**
   * Sets a constant of the engine's scope: scripts can read it, also inside functions as `global::NAME`.
   * @example
   * ```ts
   * engine.setConstant('RATE', 0.5);
   * console.log(engine.eval('fn half(x) { x * global::RATE } half(10)')); // prints: 5
   * ```
   */
  setConstant(name: string, value: unknown): this {
    this.#mustBeOpen();
    this.#scope.set(name, value, true);
    return this;
  }

  /**
   * The variable's value; undefined when there is none.
   * @example
   * ```ts
   * engine.eval('let total = 3');
   * console.log(engine.getVar<number>('total'), engine.getVar('nobody')); // prints: 3 undefined
   * ```
   */
  getVar<T = unknown>(name: string): T | undefined {
    this.#mustBeOpen();
    return this.#scope.get(name) as T | undefined;
  }

  /**
   * All variables and constants.
   * @example
   * ```ts
   * engine.setVar('a', 1).setConstant('B', 2);
   * console.log(engine.vars()); // prints: { a: 1, B: 2 }
   * ```
   */
  vars(): Record<string, unknown> {
    this.#mustBeOpen();
    return this.#scope.all();
  }

  /**
   * Forgets all variables and constants of the engine's scope.
   * @example
   * ```ts
   * console.log(engine.setVar('a', 1).clearScope().vars()); // prints: {}
   * ```
   */
  clearScope(): this {
    this.#mustBeOpen();
    this.#scope.clear();
    return this;
  }

  // Counters and the end.

  /**
   * Counters and gauges: runs by state, host calls in flight, times, what the cores hold.
   * @example
   * ```ts
   * await engine.evalAsync('1');
   * console.log(engine.stats().runs.live); // prints: 0
   * ```
   */
  stats(): EngineStats {
    if (this.#disposed) throw new RhaiDisposedError();
    return engineStats({
      runs: this.#runner,
      calls: this.#calls,
      gate: this.#gate,
      scripts: this.#compiler.programs,
      lanes: this.#lanes.all(),
    });
  }

  static {
    printsAs(RhaiEngine, 'RhaiEngine', (engine) => engine.#summary());
  }

  /** What is printed of it. */
  #summary(): object {
    if (this.#disposed) return { backend: this.backend, state: 'disposed' };
    const { live, queued } = this.stats().runs;
    return { backend: this.backend, state: this.#closing ? 'closing' : 'open', runs: live + queued };
  }

  /**
   * Takes no more runs, lets those under way finish within `graceMs`, then disposes.
   * @example
   * ```ts
   * const run = engine.evalAsync('sleep(0.01); "finished"');
   * await engine.close({ graceMs: 1_000 });
   * console.log(await run); // prints: finished
   * ```
   */
  async close(options: CloseOptions = {}): Promise<void> {
    if (this.#disposed) return;
    const graceMs = graceOf(options);
    this.#closing = true;
    await closeGently(graceMs, this.#runner.queue);
    this.dispose();
    // Whoever waits for a run that this has ended hears of it first.
    await new Promise<void>((resolve) => nextTurn(resolve));
  }

  /**
   * Ends everything at once: pending runs reject with RhaiDisposedError. Idempotent.
   * @example
   * ```ts
   * const failed = engine.evalAsync('loop {}').catch((error: unknown) => error);
   * engine.dispose();
   * console.log((await failed) instanceof RhaiDisposedError); // prints: true
   * ```
   */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#runner.queue.clear();
    this.#lanes.close();
    this.#errors.clear();
  }

  /** The same as `dispose()`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
