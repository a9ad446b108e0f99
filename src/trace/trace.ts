// The ten steps of a host call as events, for the option `trace` and for RHAI_BRIDGE_TRACE=1 (then they go to stderr).
// Nothing here is called when nobody asked for it. Times are milliseconds of one monotonic clock.

import { node } from '../platform/node.js';

export const STEPS = [
  'start',
  'run id',
  'call',
  'request posted',
  'drained',
  'host started',
  'host settled',
  'reply posted',
  'resumed',
  'done',
] as const;

/** One step of a run or host call, with its ids and its time. */
export interface TraceEvent {
  /** 1 to 10. */
  readonly step: number;
  readonly name: (typeof STEPS)[number];
  readonly atMs: number;
  readonly runId: number;
  readonly requestId?: string;
  readonly functionName?: string;
  /** How it ended: `ok`, or the name of the error. */
  readonly outcome?: string;
}

/** Gets every step while tracing is on. */
export type TraceListener = (event: TraceEvent) => void;

type Facts = Omit<TraceEvent, 'step' | 'name' | 'atMs'>;

export class Tracer {
  constructor(private readonly listener: TraceListener) {}

  /** Tells step `step`; a listener that throws is the listener's problem, never the run's. */
  emit(step: number, facts: Facts, atMs = performance.now()): void {
    try {
      this.listener({ step, name: STEPS[step - 1]!, atMs, ...facts });
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

function toStderr(event: TraceEvent): void {
  const parts = [
    `run ${event.runId}`,
    event.requestId && `request ${event.requestId}`,
    event.functionName,
    event.outcome,
  ];
  const step = `${event.step} ${event.name}`.padEnd(18);
  node!.stderr.write(
    `rhai-bridge ${event.atMs.toFixed(3).padStart(12)} ms  ${step} ${parts.filter(Boolean).join('  ')}\n`,
  );
}

/** The tracer an engine uses, or undefined when nobody listens. */
export function tracerFor(listener: TraceListener | undefined): Tracer | undefined {
  if (listener !== undefined) return new Tracer(listener);
  return node?.env['RHAI_BRIDGE_TRACE'] === '1' ? new Tracer(toStderr) : undefined;
}
