// Stacks that join both sides, innermost first: the host function that failed, the script's frames, whoever called `eval`.
// What lies between (our own frames) says nothing to anybody and is left out.

import type { TraceFrame } from './base.js';

/** The name of the function that calls host functions: what stands below it in a stack is ours. */
export const HOST_CALL = 'rhaiHostCall';
const MAX_FRAMES = 50;
const FRAME = /^\s+at /;
const BORDER = new RegExp(`^\\s+at (?:[\\w.$]+\\.)?${HOST_CALL}\\b`);
/** Node's own: how it enters the async context of the run, and how it comes back from waiting. */
const NODES = /^\s+at .*\(node:(?:internal\/|async_hooks:)/;

/** The frames of an error's stack. */
export function framesOf(holder: unknown): string[] {
  try {
    const { stack } = holder as { stack?: unknown };
    if (typeof stack !== 'string') return [];
    return stack.split('\n').filter((line) => FRAME.test(line));
  } catch {
    return []; // a getter of whoever threw it
  }
}

/** Frames of what a host function threw, without those below the host function. */
export function hostFrames(thrown: unknown): string[] {
  if (typeof thrown !== 'object' || thrown === null) return [];
  const frames = framesOf(thrown);
  const border = frames.findIndex((line) => BORDER.test(line));
  const own = border < 0 ? frames : frames.slice(0, border);
  return own.filter((line) => !NODES.test(line)).slice(0, MAX_FRAMES);
}

/** A script's frame as a line of a stack. */
export function scriptFrame(frame: TraceFrame): string {
  return `    at ${frame.function || '<script>'} (${frame.source || 'script'}:${frame.line}:${frame.column})`;
}

/** Ends an error's stack with the frames of whoever called `entry`, which is under way. */
export function calledFrom(error: unknown, entry: (...args: never[]) => unknown): unknown {
  if (!(error instanceof Error) || typeof Error.captureStackTrace !== 'function') return error;
  const caller = {};
  Error.captureStackTrace(caller, entry);
  const { trace } = error as { trace?: readonly TraceFrame[] };
  const known = trace !== undefined && trace.length > 0 ? (error.stack ?? '') : String(error);
  error.stack = [known, ...framesOf(caller)].join('\n');
  return error;
}
