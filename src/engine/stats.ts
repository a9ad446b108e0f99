// The numbers of `engine.stats()`: counters since the engine was made, gauges of now, and the host calls in flight,
// oldest first, so that a stuck one is the first thing to see.

import type { HostCall } from '../host/call.js';
import type { CallCounters } from '../host/call-parts.js';
import type { Lane } from './lane.js';
import type { Task } from './task.js';

const MAX_SHOWN_CALLS = 100;

export class RunCounters {
  started = 0;
  done = 0;
  failed = 0;
  cancelled = 0;
  scriptMs = 0;
  hostMs = 0;
  queueMs = 0;
  operations = 0;

  ended(task: Task): void {
    if (task.settled === 'done') this.done++;
    else if (task.cancelled) this.cancelled++;
    else this.failed++;
    this.scriptMs += task.stats.scriptMs;
    this.hostMs += task.stats.hostMs;
    this.queueMs += task.stats.queueMs;
    this.operations += task.stats.operations;
  }
}

/** A host call in flight. */
export interface PendingCall {
  readonly functionName: string;
  readonly runId: number;
  readonly requestId: string;
  readonly ageMs: number;
}

/** What `engine.stats()` gives; times are in milliseconds. */
export interface EngineStats {
  readonly runs: {
    readonly started: number;
    readonly done: number;
    readonly failed: number;
    readonly cancelled: number;
    /** Under way now. */
    readonly live: number;
    /** Of these: waiting for host functions. */
    readonly waiting: number;
    /** Not started yet (`maxConcurrentRuns`). */
    readonly queued: number;
  };
  readonly requests: {
    readonly total: number;
    readonly inFlight: number;
    readonly late: number;
    readonly orphaned: number;
    readonly timedOut: number;
    /** Of those in flight: waiting for `concurrency` or `maxPendingRequests`. */
    readonly waiting: number;
    /** Nobody waits for them any more, but their host functions have not settled. */
    readonly abandoned: number;
  };
  /** Host calls in flight, oldest first, at most 100. */
  readonly calls: readonly PendingCall[];
  readonly operations: number;
  readonly scriptMs: number;
  readonly hostMs: number;
  readonly queueMs: number;
  /** The compile cache, by content: scripts kept, looked up with success, and compiled by all cores together. */
  readonly scripts: { readonly kept: number; readonly hits: number; readonly compiled: number };
  /** Bytes of records to the cores and from them. */
  readonly bytes: { readonly toCores: number; readonly fromCores: number };
  /** Host objects that scripts hold, once for each core. */
  readonly hostObjects: number;
  /** Functions of scripts that the host holds. */
  readonly functions: number;
  /** Records that wait for room on their way to a core. */
  readonly backlog: number;
  /** The cores' own counters: home first, then workers. */
  readonly cores: readonly unknown[];
}

function pending(call: HostCall, nowMs: number): PendingCall {
  const { slot, generation, owner, fn, startedAt } = call;
  return {
    functionName: fn.name,
    runId: owner.id,
    requestId: `${slot}.${generation}`,
    ageMs: Math.max(0, nowMs - startedAt),
  };
}

function pendingCalls(lanes: readonly Lane[]): PendingCall[] {
  const now = performance.now();
  const calls = lanes.flatMap((lane) => [...lane.calls.live()].map((call) => pending(call, now)));
  return calls.sort((a, b) => b.ageMs - a.ageMs).slice(0, MAX_SHOWN_CALLS);
}

/** Where the numbers are. */
export interface StatsSources {
  readonly runs: { readonly counters: RunCounters; readonly queue: { readonly length: number } };
  readonly calls: CallCounters;
  readonly gate: { readonly waiting: number };
  readonly scripts: { readonly kept: number; readonly hits: number };
  readonly lanes: readonly Lane[];
}

/** A counter of all cores together. */
function sumOf(cores: readonly unknown[], name: string): number {
  return cores.reduce<number>((sum, core) => sum + Number((core as Record<string, number>)[name] ?? 0), 0);
}

export function engineStats({ runs, calls, gate, scripts, lanes }: StatsSources): EngineStats {
  const { started, done, failed, cancelled, operations, scriptMs, hostMs, queueMs } = runs.counters;
  const queued = runs.queue.length;
  const { requests, inFlight, late, orphaned, timedOut, abandoned } = calls;
  const cores = lanes.map((lane) => lane.port.counters() ?? {});
  const live = lanes.reduce((sum, lane) => sum + lane.live, 0);
  const waiting = lanes.flatMap((lane) => lane.tasks()).filter((task) => task.waiting > 0).length;
  return {
    runs: { started, done, failed, cancelled, live, waiting, queued },
    requests: { total: requests, inFlight, late, orphaned, timedOut, waiting: gate.waiting, abandoned },
    calls: pendingCalls(lanes),
    operations,
    scriptMs,
    hostMs,
    queueMs,
    scripts: { kept: scripts.kept, hits: scripts.hits, compiled: sumOf(cores, 'compiles') },
    bytes: { toCores: sumOf(cores, 'bytesIn'), fromCores: sumOf(cores, 'bytesOut') },
    hostObjects: lanes.reduce((sum, lane) => sum + lane.handles.objects.size, 0),
    functions: lanes.reduce((sum, lane) => sum + lane.handles.functions.size, 0),
    backlog: lanes.reduce((sum, lane) => sum + lane.port.backlog, 0),
    cores,
  };
}
