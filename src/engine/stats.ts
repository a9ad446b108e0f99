// The numbers of `engine.stats()`: counters since the engine was made, gauges of now, and the host calls in flight,
// oldest first, so that a stuck one is the first thing to see.

import type { HostCall } from '../host/call.js';
import type { CallCounters } from '../host/calls.js';
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
  };
  /** Host calls in flight, oldest first, at most 100. */
  readonly calls: readonly PendingCall[];
  readonly operations: number;
  readonly scriptMs: number;
  readonly hostMs: number;
  readonly queueMs: number;
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

export function engineStats(
  runs: { readonly counters: RunCounters; readonly queue: { readonly length: number } },
  calls: CallCounters,
  lanes: readonly Lane[],
): EngineStats {
  const { started, done, failed, cancelled, operations, scriptMs, hostMs, queueMs } = runs.counters;
  const queued = runs.queue.length;
  const { requests, inFlight, late, orphaned, timedOut } = calls;
  const live = lanes.reduce((sum, lane) => sum + lane.live, 0);
  const waiting = lanes.flatMap((lane) => lane.tasks()).filter((task) => task.waiting > 0).length;
  return {
    runs: { started, done, failed, cancelled, live, waiting, queued },
    requests: { total: requests, inFlight, late, orphaned, timedOut },
    calls: pendingCalls(lanes),
    operations,
    scriptMs,
    hostMs,
    queueMs,
    hostObjects: lanes.reduce((sum, lane) => sum + lane.handles.objects.size, 0),
    functions: lanes.reduce((sum, lane) => sum + lane.handles.functions.size, 0),
    backlog: lanes.reduce((sum, lane) => sum + lane.port.backlog, 0),
    cores: lanes.map((lane) => lane.port.counters()),
  };
}
