// What `calls` is made of beside its flow: what the calls of an engine share and count, reading arguments, and errors.

import { RhaiTimeoutError } from '../errors/index.js';
import type { Decoder } from '../protocol/decode.js';
import type { HostCall } from './call.js';
import type { ContextEngine } from './context.js';
import type { ErrorTable } from './errors.js';
import type { Functions, HostFunction } from './functions.js';
import type { CallGate } from './gate.js';
import type { Modules } from './modules.js';
import type { Warnings } from './warnings.js';

/** What host calls add up to, over all cores of an engine. */
export class CallCounters {
  requests = 0;
  inFlight = 0;
  /** Answers that came after nobody wanted them. */
  late = 0;
  /** Requests of runs that were over already. */
  orphaned = 0;
  timedOut = 0;
  /** Calls that nobody waits for any more, but whose host function has not settled. */
  abandoned = 0;
}

/** Steps of a host call, for the option `trace`. */
export interface CallTracer {
  drained(call: HostCall): void;
  hostStarted(call: HostCall): void;
  hostSettled(call: HostCall, ok: boolean): void;
  replyPosted(call: HostCall): void;
}

/** What the calls of all cores of one engine share. */
export interface CallShared {
  readonly engine: ContextEngine;
  readonly functions: Functions;
  readonly modules: Modules;
  readonly gate: CallGate;
  readonly errors: ErrorTable;
  readonly counters: CallCounters;
  readonly warnings: Warnings;
  readonly tracer: CallTracer | undefined;
}

/** Reads every argument, also behind one that cannot cross; returns the first refusal. */
export function readArguments(body: Decoder, args: unknown[]): unknown {
  let refused: unknown;
  for (let i = 0; i < args.length; i++) {
    try {
      args[i] = body.read();
    } catch (error) {
      refused ??= error;
    }
  }
  return refused;
}

export function wrongArity(fn: HostFunction, got: number): TypeError {
  return new TypeError(`${fn.name} takes ${fn.arity} argument${fn.arity === 1 ? '' : 's'}, got ${got}`);
}

export function timedOut(call: HostCall): RhaiTimeoutError {
  const ms = Math.max(0, call.fn.timeoutMs);
  const text = `The host function '${call.fn.name}' took too long.`;
  return new RhaiTimeoutError(text, 'hostTimeoutMs', ms, 'host', { scriptMs: 0, hostMs: ms, queueMs: 0 });
}
