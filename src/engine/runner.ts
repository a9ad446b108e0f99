// The runner turns a script and options into a task and sees it through: queue, start, end.
// RhaiEngine's eval, evalAsync, evalStream and call are thin faces of it. It never looks inside a script.

import { RhaiAsyncFunctionError, RhaiCancelledError, RhaiDisposedError } from '../errors/index.js';
import { calledFrom } from '../errors/stack.js';
import {
  bufferSizeOf,
  checkNames,
  runLimits,
  type ExecutionOptions,
  type ResolvedOptions,
  type RunMethod,
  type RunOptions,
  type StreamOptions,
} from '../options/engine.js';
import { asyncScope } from '../platform/async-scope.js';
import type { Warnings } from '../host/warnings.js';
import type { FunctionHandle } from '../protocol/handles.js';
import type { AnySchema } from '../schema/standard.js';
import { validated } from '../schema/validate.js';
import { runWatch } from '../trace/channels.js';
import type { Compiler } from './compiler.js';
import { Execution, OpenRequests } from './execution.js';
import type { Lane } from './lane.js';
import type { Lanes } from './lanes.js';
import type { LimitSets } from './limit-sets.js';
import { Run } from './run.js';
import { RunQueue } from './run-queue.js';
import type { EngineScope } from './scope.js';
import type { Variable } from './scope-record.js';
import type { Script } from './script.js';
import { unwatch, watch } from './signals.js';
import { RunCounters } from './stats.js';
import { RunStream } from './stream.js';
import { Task, type FunctionOrigin, type TaskHome } from './task.js';
import { applyShared, applyOptions } from './task-options.js';
import type { RunTracer } from './tracing.js';

/** Stands for "no options given": such a run takes the shortest way. */
export const NO_OPTIONS: RunOptions = Object.freeze({});

const NOTHING_INHERITED: readonly Variable[] = [];

/** What the runner needs of its engine. */
export interface RunnerParts {
  readonly options: ResolvedOptions;
  readonly limits: LimitSets;
  readonly lanes: Lanes;
  readonly scope: EngineScope;
  readonly compiler: Compiler;
  readonly tracer: RunTracer | undefined;
  readonly warnings: Warnings;
}

export class Runner implements TaskHome {
  readonly counters = new RunCounters();
  readonly queue: RunQueue;
  #nextRun = 1;

  constructor(private readonly parts: RunnerParts) {
    this.queue = new RunQueue(parts.options.maxConcurrentRuns, parts.warnings, (task) => this.#begin(task));
  }

  /** A task that has not started. Wrong arguments throw here. */
  task(script: string | Script, options: RunOptions, method: RunMethod): Task {
    const { limits, compiler, options: engine } = this.parts;
    const isPlain = options === NO_OPTIONS;
    if (!isPlain) checkNames(method, options);
    const set = isPlain ? limits.base : limits.of(runLimits(engine.limits, options));
    const program = compiler.program(script, options.name);
    const task = new Task(this.#nextRun++, program, set, this, method === 'eval');
    if (!isPlain) applyShared(task, options);
    return task;
  }

  /** Runs on the caller's stack and gives the value or throws; `entry` is the method that was called. */
  now(task: Task, entry: (...args: never[]) => unknown): unknown {
    const value = runWatch().on ? tell(task, () => this.#now(task)) : this.#now(task);
    if (task.settled === 'failed') throw calledFrom(task.error, entry);
    return value;
  }

  #now(task: Task): unknown {
    const lane = this.parts.lanes.home();
    this.#start(task, lane);
    while (task.settled === undefined) {
      const canGoOn = lane.port.stepRun(task.slot, task.generation, lane.live > 1);
      if (!canGoOn && !task.ended) task.fail(new RhaiAsyncFunctionError('sleep'));
    }
    this.parts.scope.changed();
    if (task.settled === 'failed') return undefined;
    const { schema } = task.options;
    return schema === undefined ? task.value : checkedNow(schema, task.value);
  }

  /** Runs in the background. */
  later<T>(task: Task, options: RunOptions): Run<T> {
    const run = new Run<T>(task);
    this.prepare(task, options, run);
    this.enqueue(task);
    return run;
  }

  /** Runs in the background when somebody begins to read what it emits. */
  stream<T>(task: Task, options: StreamOptions, mayStart: () => void): RunStream<T> {
    this.prepare(task, options, undefined);
    return new RunStream<T>(task, bufferSizeOf(options), () => {
      mayStart();
      this.enqueue(task);
    });
  }

  /** Runs only when its owner says so. The clock's limits hold only where the options name them. */
  byHand<T>(script: string | Script, options: ExecutionOptions): Execution<T> {
    const { limits, compiler, lanes, scope, options: engine } = this.parts;
    checkNames('start', options);
    const timeless = { ...engine.limits, computeMs: 0, timeoutMs: 0, hostTimeoutMs: 0 };
    const program = compiler.openProgram(script, options.name);
    const task = new Task(this.#nextRun++, program, limits.of(runLimits(timeless, options)), this, false);
    const requests = new OpenRequests();
    task.special.byHand = requests.add;
    task.refer(false);
    applyShared(task, options);
    applyOptions(task, options);
    const lane = lanes.home();
    lane.start(task, scope.copy());
    this.counters.started++;
    return new Execution<T>(task, lane, requests);
  }

  /** Takes the caller's async context and the options of background runs. */
  prepare(task: Task, options: RunOptions, run: Run | undefined): void {
    if (runWatch().on) tell(task, () => (task.scope = asyncScope(undefined)));
    else task.scope = asyncScope(run);
    if (options !== NO_OPTIONS) applyOptions(task, options);
  }

  /** Starts it, now or when its turn comes. */
  enqueue(task: Task): void {
    const { signal } = task.options;
    if (signal !== undefined) {
      if (signal.aborted) task.cancel(signal.reason);
      else watch(signal, task);
    }
    if (task.settled === undefined) this.queue.add(task);
  }

  /**
   * Calls a function that a script gave out, on the core that has it. It takes no place in the queue: a run may be
   * waiting for it.
   */
  held<T>(lane: Lane, handle: FunctionHandle, args: readonly unknown[], origin: FunctionOrigin): Run<T> {
    const task = new Task(this.#nextRun++, origin.program, origin.limitSet, this, false);
    const { special } = task;
    special.onPrint = origin.onPrint;
    special.onDebug = origin.onDebug;
    special.held = { handle, args };
    const run = new Run<T>(task);
    task.scope = asyncScope(run);
    this.queue.startNow(task, () => this.#start(task, lane));
    return run;
  }

  #begin(task: Task): void {
    this.#start(task, undefined);
  }

  /** On a certain core with nothing but its own variables, or on the next core with the engine's scope. */
  #start(task: Task, lane: Lane | undefined): void {
    const { held } = task.options;
    this.counters.started++;
    try {
      if (held?.handle.disposed) throw new RhaiDisposedError('The function was disposed, or its engine was.');
      if (lane === undefined) this.parts.lanes.next().start(task, this.parts.scope.copy());
      else lane.start(task, NOTHING_INHERITED);
    } catch (error) {
      task.reject(error);
    }
  }

  // What a task asks of its home while no core has it.

  cancel(task: Task): void {
    task.reject(new RhaiCancelledError(task.reason, { script: task.program.name }));
  }

  retain(task: Task): void {
    task.options.queue?.retain(task);
  }

  release(task: Task): void {
    task.options.queue?.release(task);
  }

  /** It has ended, wherever it was. */
  leave(task: Task): void {
    const { signal, told, queuedAtMs } = task.options;
    if (queuedAtMs > 0 && !task.counted)
      task.stats = { ...task.stats, queueMs: performance.now() - queuedAtMs };
    if (signal !== undefined) unwatch(signal, task);
    this.counters.ended(task);
    told?.ended(task.settled === 'done' ? { result: task.value } : { error: task.error });
    this.parts.tracer?.ended(task);
    if (!task.sync) this.queue.left(task);
  }
}

/** Tells that a run begins; what begins with it happens in the listeners' context. */
function tell<T>(task: Task, begin: () => T): T {
  return runWatch().begin({ runId: task.id, script: task.program.name }, (told) => {
    task.special.told = told;
    return begin();
  });
}

function checkedNow(schema: AnySchema, value: unknown): unknown {
  const checked = validated(schema, value, 'The result');
  if (!(checked instanceof Promise)) return checked;
  checked.catch(() => {});
  throw new TypeError('The schema validates asynchronously: use evalAsync() instead.');
}
