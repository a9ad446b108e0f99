// A lane is one core as the engine uses it: its port, the runs on it, and what it has been told
// (functions, limits, programs). Records that come back are taken apart here. Opened when it is first needed.
// long because: what a core is told and what it says back share the same tables of runs and programs.

import { RhaiDisposedError, RhaiInternalError } from '../errors/index.js';
import type { Backend, CoreKind } from '../backend/core.js';
import { Port, type PortSink } from '../backend/port.js';
import { defer } from '../backend/turn.js';
import type { CallShared } from '../host/call-parts.js';
import { HostCalls } from '../host/calls.js';
import type { HostFunction } from '../host/functions.js';
import type { Owners } from '../host/owner.js';
import { LIMIT_NAMES } from '../options/limits.js';
import * as C from '../protocol/constants.js';
import type { Decoder } from '../protocol/decode.js';
import type { Int64Mode } from '../protocol/decode-context.js';
import type { FunctionHandle } from '../protocol/handles.js';
import { thenNative } from '../protocol/intrinsics.js';
import { deathOf, patienceOf } from './deaths.js';
import { failureOf } from './failures.js';
import { LaneHandles } from './lane-handles.js';
import type { LimitSet } from './limit-sets.js';
import { Program } from './programs.js';
import type { Run } from './run.js';
import { readScope, type Variable } from './scope-record.js';
import { writeStart } from './start-record.js';
import type { FunctionOrigin, Task, TaskHome } from './task.js';
import type { RunTracer } from './tracing.js';

/** What the lanes of one engine share. */
export interface LaneShared extends CallShared {
  readonly tracer: RunTracer | undefined;
  readonly int64: Int64Mode;
  readonly base: LimitSet;
  print(task: Task | undefined, text: string): void;
  debug(task: Task | undefined, text: string, source: string, line: number, column: number): void;
  /** A run with `commit` ended. */
  committed(variables: readonly Variable[]): void;
  /** Calls a function of a script that lives on `lane`. */
  callFunction(lane: Lane, handle: FunctionHandle, args: readonly unknown[], origin: FunctionOrigin): Run;
  /** A task that a lane had has ended. */
  left(task: Task): void;
  /** The lane takes nothing more. */
  laneBroken(lane: Lane): void;
}

/** The script of functions that no run gave out. */
const NO_PROGRAM = new Program('', '', false);

/** Lanes with runs, so that a forgotten engine with pending runs is not collected. */
const busy = new Set<Lane>();
let hasChecked = false;

export class Lane implements PortSink, Owners, TaskHome {
  readonly port: Port;
  readonly calls: HostCalls;
  readonly handles: LaneHandles;
  /** By slot: its task, or while it is free the generation of its next one. */
  readonly #tasks: (Task | number)[] = [0];
  readonly #freeSlots: number[] = [0];
  readonly #freePrograms: number[] = [];
  readonly #limits: (LimitSet | undefined)[] = [];
  readonly #answers = new Map<number, (body: Decoder) => void>();
  #nextProgram = 0;
  #nextQuery = 0;
  #held = 0;
  /** Slot of the run whose record is being read. */
  #reading = -1;
  #checking = false;
  /** It is in `busy`. */
  #isBusy = false;
  /** Runs under way. */
  live = 0;

  constructor(
    readonly index: number,
    readonly kind: CoreKind,
    backend: Backend,
    assistMicros: number,
    private readonly shared: LaneShared,
  ) {
    this.port = new Port(backend, kind, this, assistMicros);
    this.port.decoding.int64 = shared.int64;
    this.port.watch(() => patienceOf(this.tasks()));
    this.handles = new LaneHandles({
      port: this.port,
      errors: shared.errors,
      origin: () => this.#origin(),
      call: (handle, args, origin) => shared.callFunction(this, handle, args, origin),
    });
    this.port.decoding.handles = this.port.handles = this.handles;
    this.calls = new HostCalls(this.port, this, shared);
    this.#tell(shared.base);
    if (shared.tracer) this.#startTracing();
    for (const fn of shared.functions.all()) this.define(fn);
  }

  // What the core is told.

  #startTracing(): void {
    this.port.begin(C.TRACE, 0, 0).u32(1);
    this.port.end();
  }

  define(fn: HostFunction): void {
    const record = this.port.begin(C.DEFINE, fn.id, 0);
    record.text(fn.name);
    record.f64(fn.timeoutMs);
    this.port.end();
  }

  undefine(fn: HostFunction): void {
    this.port.send(C.UNDEFINE, fn.id, 0);
  }

  /** The id under which the core knows a set of limits. */
  #tell(set: LimitSet): number {
    if (this.#limits[set.id] !== set) {
      this.#limits[set.id] = set;
      const record = this.port.begin(C.LIMITS, set.id, 0);
      for (const name of LIMIT_NAMES) record.f64(set.limits[name]);
      this.port.end();
    }
    return set.id;
  }

  /** The id under which the core knows a program. */
  program(program: Program, flags = 0): number {
    const known = program.ids[this.index];
    if (known !== undefined && flags === 0) return known;
    const id = known ?? this.#freePrograms.pop() ?? this.#nextProgram++;
    program.ids[this.index] = id;
    const record = this.port.begin(C.COMPILE, id, 0);
    record.u32(program.open ? flags | C.COMPILE_OPEN : flags);
    record.u32(this.shared.base.id);
    record.text(program.name);
    record.text(program.source);
    this.port.end();
    return id;
  }

  dropProgram(program: Program): void {
    const id = program.ids[this.index];
    if (id === undefined) return;
    program.ids[this.index] = undefined;
    this.#freePrograms.push(id);
    this.port.send(C.DROP_PROGRAM, id, 0);
  }

  // Runs.

  /** Gives a run to the core; a variable or argument that cannot cross throws, and nothing was started. */
  start(task: Task, inherited: readonly Variable[]): void {
    const program = task.options.held ? 0 : this.program(task.program);
    const limits = this.#tell(task.limitSet);
    const slot = this.#freeSlots.pop() ?? this.#tasks.push(0) - 1;
    const generation = this.#tasks[slot] as number;
    const record = this.port.begin(C.START, slot, generation, task.limits);
    try {
      record.u32(program);
      record.u32(limits);
      writeStart(record, task, inherited);
    } catch (error) {
      this.#freeSlots.push(slot);
      throw this.port.abort(error);
    }
    this.port.end();
    if (this.port.closed) throw new RhaiDisposedError(); // a getter of what was just written did it
    this.#add(task, slot, generation);
  }

  #add(task: Task, slot: number, generation: number): void {
    task.slot = slot;
    task.generation = generation;
    task.home = this;
    this.#tasks[slot] = task;
    if (this.live++ === 0 && !this.#isBusy) busy.add(this);
    this.#isBusy = true;
    if (task.referenced && !task.sync) this.retain(task);
    this.shared.tracer?.started(task);
  }

  find(slot: number, generation: number): Task | undefined {
    this.#reading = slot;
    const task = this.#tasks[slot];
    return typeof task === 'object' && task.generation === generation ? task : undefined;
  }

  #origin(): FunctionOrigin {
    const task = this.#tasks[this.#reading];
    if (typeof task === 'object') return task.origin;
    return { program: NO_PROGRAM, limitSet: this.shared.base, onPrint: undefined, onDebug: undefined };
  }

  tasks(): Task[] {
    return this.#tasks.filter((task) => typeof task === 'object');
  }

  cancel(task: Task): void {
    this.port.begin(C.CANCEL, task.slot, task.generation).u32(C.WHY_CANCELLED);
    this.port.end();
  }

  retain(_task: Task): void {
    if (this.#held++ === 0) this.port.keepAlive(true);
  }

  release(_task: Task): void {
    if (--this.#held === 0) this.#checkLater();
  }

  /**
   * Runs that follow each other closely do not switch the process's life on and off. (The process's first check does not wait for
   * the next turn: Node's first `setImmediate` takes a fifth of a millisecond, before anybody has the first result.)
   */
  #checkLater(): void {
    if (this.#checking) return;
    this.#checking = true;
    if (hasChecked) return defer(this);
    hasChecked = true;
    thenNative(Promise.resolve(), () => this.resume());
  }

  /** In the next turn: lets go of the process when nothing is held. */
  resume(): void {
    this.#checking = false;
    if (this.#held === 0) this.port.keepAlive(false);
    if (this.live === 0) this.#rest();
  }

  #rest(): void {
    this.#isBusy = false;
    busy.delete(this);
  }

  /** Frees what is kept for a run that ends. */
  leave(task: Task): void {
    this.#tasks[task.slot] = (task.generation + 1) >>> 0;
    this.#freeSlots.push(task.slot);
    this.live--;
    if (task.referenced && !task.sync) this.release(task);
    else if (this.live === 0) this.#checkLater();
    this.shared.errors.release(task);
    this.shared.left(task);
  }

  // What the core says.

  record(kind: number, slot: number, generation: number, body: Decoder): void {
    switch (kind) {
      case C.REQUEST:
        return this.calls.request(slot, generation, body);
      case C.DONE:
        return this.#done(slot, generation, body);
      case C.FAILED:
        return this.#failed(slot, generation, body);
      case C.ABORTED:
        return this.calls.aborted(slot, generation, body);
      case C.PRINT:
        return this.shared.print(this.find(slot, generation), body.text());
      case C.DEBUG:
        return this.shared.debug(
          this.find(slot, generation),
          body.text(),
          body.text(),
          body.u32(),
          body.u32(),
        );
      case C.COMPILED:
      case C.SCOPE:
        return this.#answered(kind, slot, body);
      case C.RELEASED:
        return this.handles.objects.released(slot, generation);
      case C.TRACED:
        return this.#traced(slot, generation, body);
    }
  }

  #done(slot: number, generation: number, body: Decoder): void {
    const task = this.find(slot, generation);
    const stats = body.usage();
    let value: unknown;
    let problem: unknown;
    try {
      value = body.read();
    } catch (error) {
      problem = error;
    }
    const variables = task?.options.commit ? readScope(body, false, true) : undefined;
    if (task === undefined) return;
    task.stats = stats;
    if (variables !== undefined && !task.ended) this.shared.committed(variables);
    if (problem === undefined) task.done(value);
    else task.failed(problem);
  }

  #failed(slot: number, generation: number, body: Decoder): void {
    const task = this.find(slot, generation);
    try {
      const map = body.read() as { operations?: number; spent?: object };
      if (task === undefined) return;
      task.stats = { ...task.stats, ...map.spent, operations: Number(map.operations ?? 0) };
      task.failed(failureOf(map, task, this.shared.errors));
    } catch (error) {
      task?.failed(error); // what was thrown cannot cross
    }
  }

  #traced(slot: number, generation: number, body: Decoder): void {
    const step = body.u32();
    const task = this.find(body.u32(), body.u32());
    this.shared.tracer?.traced(this.index, step, task, `${slot}.${generation}`, body.f64());
  }

  // Questions with an answer.

  #answered(kind: number, slot: number, body: Decoder): void {
    const key = kind * 2 ** 32 + slot;
    this.#reading = -1;
    const answer = this.#answers.get(key);
    this.#answers.delete(key);
    answer?.(body);
  }

  /** Asks the home core; it answers before this returns. */
  ask<T>(kind: number, slot: number, read: (body: Decoder) => T): T | undefined {
    let result: T | undefined;
    this.#answers.set(kind * 2 ** 32 + slot, (body) => (result = read(body)));
    this.port.settle();
    return result;
  }

  /** The variables of the core's own scope: for another core (exact Rhai types, no functions) or as JavaScript values. */
  scope(exact: boolean): Variable[] {
    const query = this.#nextQuery++;
    this.port.begin(C.GET_SCOPE, query, 0).u32(exact ? 0 : C.SCOPE_FUNCTIONS);
    this.port.end();
    const variables = this.ask(C.SCOPE, query, (body) => readScope(body, true, exact));
    if (variables === undefined) throw new RhaiInternalError('The home core did not tell its scope.');
    return variables;
  }

  // The end.

  broken(error: unknown): void {
    this.shared.laneBroken(this);
    this.#endAll(deathOf(error));
  }

  /** Ends every run and call; then the core itself. */
  close(): void {
    const disposed = new RhaiDisposedError('The engine was disposed while the run was pending.');
    this.#endAll(() => disposed);
    this.port.close();
  }

  #endAll(errorOf: (task: Task) => unknown): void {
    const ends = this.tasks().map((task) => ({ task, error: errorOf(task) }));
    this.calls.abortAll((owner) => ends.find(({ task }) => task === owner)?.error);
    for (const { task, error } of ends) task.reject(error);
    this.handles.clear();
    this.#rest();
  }
}
