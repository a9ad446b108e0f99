// The ten steps of a host call as a run goes through them: 1, 2 and 10 belong to the run, 5 to 8 to the host,
// 3, 4 and 9 are told by the core, whose clock starts elsewhere and is shifted to ours.

import type { CallTracer } from '../host/call-parts.js';
import type { HostCall } from '../host/call.js';
import type { Tracer } from '../trace/trace.js';
import type { Task } from './task.js';

export class RunTracer implements CallTracer {
  /** Per core: its clock minus ours. */
  readonly #offsets: number[] = [];

  constructor(private readonly tracer: Tracer) {}

  started(task: Task): void {
    this.tracer.emit(1, { runId: task.id });
    this.tracer.emit(2, { runId: task.id });
  }

  ended(task: Task): void {
    const outcome = task.settled === 'done' ? 'ok' : ((task.error as Error | undefined)?.name ?? 'error');
    this.tracer.emit(10, { runId: task.id, outcome });
  }

  traced(lane: number, step: number, task: Task | undefined, requestId: string, coreMs: number): void {
    if (task !== undefined)
      this.tracer.emit(step, { runId: task.id, requestId }, coreMs - this.#offset(lane, coreMs));
  }

  /** A record cannot come before it was made, so the largest difference seen is the best guess. */
  #offset(lane: number, coreMs: number): number {
    const seen = coreMs - performance.now();
    return (this.#offsets[lane] = Math.max(seen, this.#offsets[lane] ?? seen));
  }

  drained(call: HostCall): void {
    this.#host(5, call);
  }

  hostStarted(call: HostCall): void {
    this.#host(6, call);
  }

  hostSettled(call: HostCall, ok: boolean): void {
    this.#host(7, call, ok ? 'ok' : 'error');
  }

  replyPosted(call: HostCall): void {
    this.#host(8, call);
  }

  #host(step: number, call: HostCall, outcome?: string): void {
    const requestId = `${call.slot}.${call.generation}`;
    this.tracer.emit(step, {
      runId: call.owner.id,
      requestId,
      functionName: call.fn.name,
      ...(outcome && { outcome }),
    });
  }
}
