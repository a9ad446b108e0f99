// A task is one evaluation as the engine keeps it: its ids, limits, caller's async context, and how it ends: exactly once.
// Run (a promise) and eval (the caller's stack) are two faces of it. Ten thousand may wait at once: what few have stands in
// TaskOptions, and nothing is private by `#` that would cost each task a field.

import { RhaiCancelledError } from '../errors/index.js';
import type { HostCall } from '../host/call.js';
import { noStream, type EmitSink } from '../host/emit.js';
import type { CallOwner } from '../host/owner.js';
import type { AsyncScope } from '../platform/async-scope.js';
import type { FunctionHandle } from '../protocol/handles.js';
import type { DebugListener, PrintListener } from '../options/engine.js';
import type { Told } from '../trace/channels.js';
import type { AnySchema } from '../schema/standard.js';
import type { LimitSet } from './limit-sets.js';
import type { Program } from './programs.js';
import { settle } from './settle.js';

/** Where a run is: waiting for its turn, running, waiting for the host, or how it ended. */
export type RunState = 'queued' | 'running' | 'waiting' | 'done' | 'failed' | 'cancelled';

/** What a run used. */
export interface RunStats {
  readonly operations: number;
  readonly scriptMs: number;
  readonly hostMs: number;
  readonly queueMs: number;
}

export const NO_STATS: RunStats = Object.freeze({ operations: 0, scriptMs: 0, hostMs: 0, queueMs: 0 });

/** The function of a script that is called instead of its body. */
export interface CallTarget {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A function of a script that the host holds, and what it is called with. */
export interface HeldCall {
  readonly handle: FunctionHandle;
  readonly args: readonly unknown[];
}

/** What a function of a script inherits from the run that gave it out. */
export interface FunctionOrigin {
  readonly program: Program;
  readonly limitSet: LimitSet;
  readonly onPrint: PrintListener | undefined;
  readonly onDebug: DebugListener | undefined;
}

/** Who keeps the process alive for a task that is referenced. */
export interface TaskHolder {
  retain(task: Task): void;
  release(task: Task): void;
}

/** Where a task lives: with the engine's runner, and from its start on the core that runs it. */
export interface TaskHome extends TaskHolder {
  cancel(task: Task): void;
  /** Frees what is kept for it, and counts its end. */
  leave(task: Task): void;
}

/** How the host side has decided that a run ends; the core only has to let go. */
type Verdict =
  | { readonly isCancel: true; readonly reason: unknown }
  | { readonly isCancel: false; readonly error: unknown };

/** What is special about a run; most have nothing of it, and ten thousand that only wait do not carry it. */
export class TaskOptions {
  call: CallTarget | undefined;
  held: HeldCall | undefined;
  variables: readonly (readonly [string, unknown])[] | undefined;
  priority = 0;
  commit = false;
  onPrint: PrintListener | undefined;
  onDebug: DebugListener | undefined;
  signal: AbortSignal | undefined;
  /** Who hears how it ends. */
  told: Told | undefined;
  /** Who answers its host calls instead of the functions that are registered. */
  byHand: ((call: HostCall) => void) | undefined;
  /** Who reads what it emits, and hears when it has ended. */
  sink: EmitSink | undefined;
  onEnd: (() => void) | undefined;
  /** When it began to wait for `maxConcurrentRuns`; 0 = it never did. */
  queuedAtMs = 0;
  /** Stops the clock that counts while it waits there. */
  callOff: (() => void) | undefined;
  /** What its result must be. */
  schema: AnySchema | undefined;
  /** The queue it waits in. */
  queue: TaskHolder | undefined;
  /** Handles of errors that its host functions threw. */
  errors: number[] | undefined;
  verdict: Verdict | undefined;
}

const PLAIN: Readonly<TaskOptions> = Object.freeze(new TaskOptions());

// What is true of a task: a bit each, in one field.
const SYNC = 1;
const COUNTED = 2;
const UNREFERENCED = 4;
const DONE = 8;
const FAILED = 16;

export class Task implements CallOwner {
  /** Its core's number for it; none before it starts. */
  slot = -1;
  generation = 0;
  /** Async context of the caller; undefined on the caller's stack. */
  scope: AsyncScope | undefined;
  waiting = 0;
  /** Most runs have no special ones and share these. */
  options: Readonly<TaskOptions> = PLAIN;
  stats: RunStats = NO_STATS;
  /** Resolves the promise that its caller holds, if there is one: once, when it ends. */
  resolve: ((value: any) => void) | undefined;
  /** The value, or the error. */
  private result: unknown;
  private flags: number;

  constructor(
    readonly id: number,
    readonly program: Program,
    readonly limitSet: LimitSet,
    /** Undefined when it has ended: a run that somebody keeps does not keep its engine. */
    public home: TaskHome | undefined,
    sync: boolean,
  ) {
    this.flags = sync ? SYNC : 0;
  }

  /** It runs on the caller's stack. */
  get sync(): boolean {
    return (this.flags & SYNC) !== 0;
  }

  /** It counts among the runs under way. */
  get counted(): boolean {
    return (this.flags & COUNTED) !== 0;
  }

  count(): void {
    this.flags |= COUNTED;
  }

  /** Whether it keeps the process alive. */
  get referenced(): boolean {
    return (this.flags & UNREFERENCED) === 0;
  }

  get settled(): 'done' | 'failed' | undefined {
    if ((this.flags & (DONE | FAILED)) === 0) return undefined;
    return (this.flags & DONE) !== 0 ? 'done' : 'failed';
  }

  /** Its own options, to be filled. */
  get special(): TaskOptions {
    if (this.options === PLAIN) this.options = new TaskOptions();
    return this.options;
  }

  get byHand(): TaskOptions['byHand'] {
    return this.options.byHand;
  }

  get errors(): number[] | undefined {
    return this.options.errors;
  }

  set errors(handles: number[] | undefined) {
    this.special.errors = handles;
  }

  get value(): unknown {
    return (this.flags & DONE) !== 0 ? this.result : undefined;
  }

  get error(): unknown {
    return (this.flags & FAILED) !== 0 ? this.result : undefined;
  }

  get cancelled(): boolean {
    return this.options.verdict?.isCancel === true;
  }

  /** Why it was cancelled. */
  get reason(): unknown {
    const { verdict } = this.options;
    return verdict?.isCancel === true ? verdict.reason : undefined;
  }

  get limits(): LimitSet['limits'] {
    return this.limitSet.limits;
  }

  /** For functions that it gives out; they do not hold the task itself. */
  get origin(): FunctionOrigin {
    const { program, limitSet, options } = this;
    const { onPrint, onDebug } = options;
    return { program, limitSet, onPrint, onDebug };
  }

  get ended(): boolean {
    return (this.flags & (DONE | FAILED)) !== 0 || this.options.verdict !== undefined;
  }

  get state(): RunState {
    if (this.settled === 'done') return 'done';
    if (this.settled === 'failed') return this.cancelled ? 'cancelled' : 'failed';
    if (this.slot < 0) return 'queued';
    return this.waiting > 0 ? 'waiting' : 'running';
  }

  /** Asks it to end. False when it is over already. */
  cancel(reason: unknown): boolean {
    if (this.ended) return false;
    this.special.verdict = { isCancel: true, reason };
    this.home?.cancel(this);
    return true;
  }

  emit(value: unknown): Promise<void> | undefined {
    const { sink } = this.options;
    if (sink === undefined) throw noStream();
    if (this.ended) throw this.abortReason();
    return sink(value);
  }

  /** Ends it with an error of the host side: the core is told to let go, then the error comes out. */
  fail(error: unknown): void {
    if (this.ended) return;
    this.special.verdict = { isCancel: false, error };
    this.home?.cancel(this);
  }

  abortReason(): unknown {
    const { reason } = this;
    if (reason !== undefined) return reason;
    const { verdict } = this.options;
    return (
      (verdict?.isCancel === false ? verdict.error : undefined) ??
      this.error ??
      new RhaiCancelledError(reason)
    );
  }

  /** The core says: done. */
  done(value: unknown): void {
    if (this.ended) this.end(FAILED, this.override(undefined));
    else this.end(DONE, value);
  }

  /** The core says: failed. */
  failed(error: unknown): void {
    this.end(FAILED, this.override(error));
  }

  private override(error: unknown): unknown {
    const { verdict } = this.options;
    if (verdict === undefined) return error;
    if (!verdict.isCancel) return verdict.error;
    return error instanceof RhaiCancelledError ? error : new RhaiCancelledError(verdict.reason);
  }

  /** Whether it keeps the process alive from now on. */
  refer(isReferenced: boolean): void {
    if (this.referenced === isReferenced || this.settled !== undefined) return;
    this.flags ^= UNREFERENCED;
    if (isReferenced) this.home?.retain(this);
    else this.home?.release(this);
  }

  /** Ends it here and now, whatever the core does. */
  reject(error: unknown): void {
    this.end(FAILED, error);
  }

  private end(how: typeof DONE | typeof FAILED, result: unknown): void {
    if (this.settled !== undefined) return;
    this.flags |= how;
    this.result = result;
    this.home?.leave(this);
    this.home = undefined;
    if (this.resolve !== undefined) settle(this, this.resolve);
    this.resolve = undefined;
    this.options.onEnd?.();
  }
}
