// RhaiError: what every error of this package has: a stable code, a position in the script, the script's own trace.
// It prints itself with a code frame (util.inspect) and serialises without anything internal (toJSON).

import { codeFrame } from './frame.js';
import { describe, safeString } from './describe.js';
import { framesOf, hostFrames, scriptFrame } from './stack.js';

/** A place in a script; lines and columns count from 1, columns in characters. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One frame of a script's call stack. */
export interface TraceFrame extends Position {
  readonly function: string;
  readonly source: string;
}

/** The `code` of every error; those of the last line have no class of their own. */
export type ErrorCode =
  | 'RHAI_SYNTAX'
  | 'RHAI_RUNTIME'
  | 'RHAI_HOST'
  | 'RHAI_ASYNC_FUNCTION'
  | 'RHAI_LIMIT'
  | 'RHAI_TIMEOUT'
  | 'RHAI_CANCELLED'
  | 'RHAI_DISPOSED'
  | 'RHAI_VALUE'
  | 'RHAI_INTERNAL'
  | ('RHAI_BACKEND' | 'RHAI_EMIT' | 'RHAI_EXECUTION');

export interface ErrorDetails {
  position?: Position | undefined;
  /** The script's name. */
  script?: string | undefined;
  /** The script's text, for the code frame; kept private. */
  text?: string | undefined;
  trace?: readonly TraceFrame[] | undefined;
  cause?: unknown;
}

const MAX_CAUSES = 8;
const inspectKey = Symbol.for('nodejs.util.inspect.custom');

/** `instanceof` that survives a hostile proxy. */
function isOurs(error: unknown): error is RhaiError {
  try {
    return error instanceof RhaiError;
  } catch {
    return false;
  }
}

function causeJson(error: unknown, depth: number): unknown {
  if (depth >= MAX_CAUSES) return undefined;
  if (isOurs(error)) return error.toJSON(depth);
  const { name, message, code } = describe(error);
  return code ? { name, message, code } : { name, message };
}

type Inspect = (value: unknown, options: object) => string;

/** Printing an error must not fail because of what a host function threw. */
function shownCause(cause: unknown, options: object, depth: number, inspect: Inspect): string {
  try {
    return `caused by ${inspect(cause, { ...options, depth: depth - 1 })}`;
  } catch {
    return `caused by ${safeString(cause)}`;
  }
}

/** The base of every error this package throws (wrong arguments to the API itself are TypeError and RangeError). */
export class RhaiError extends Error {
  /** Stable: made to be compared. */
  readonly code: ErrorCode;
  readonly position: Position | undefined;
  readonly script: string | undefined;
  /** Script frames, innermost first. */
  readonly trace: readonly TraceFrame[];
  readonly #text: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.position = details.position;
    this.script = details.script;
    this.trace = details.trace ?? [];
    this.#text = details.text;
    if (this.trace.length > 0) this.#joinFrames();
  }

  /** The frames that V8 found are those of our pump. */
  #joinFrames(): void {
    const { cause } = this;
    const isHosts = this.code === 'RHAI_HOST' && !(isOurs(cause) && cause.trace.length === 0);
    const frames = [...(isHosts ? hostFrames(cause) : []), ...this.trace.map(scriptFrame)];
    this.stack = [`${this.name}: ${this.message}`, ...frames].join('\n');
  }

  /** Lines of the script around the position, or ''. */
  get codeFrame(): string {
    return this.position ? codeFrame(this.#text, this.position.line, this.position.column) : '';
  }

  /** Facts of the subclass that belong into toJSON. */
  protected facts(): Record<string, unknown> {
    return {};
  }

  /** Code, message, position and trace, for logs. */
  toJSON(depth: unknown = 0): Record<string, unknown> {
    const level = typeof depth === 'number' ? depth : 0;
    const out: Record<string, unknown> = { name: this.name, code: this.code, message: this.message };
    if (this.position) out['position'] = this.position;
    if (this.script !== undefined) out['script'] = this.script;
    Object.assign(out, this.facts(), { trace: this.trace });
    if (this.cause !== undefined) out['cause'] = causeJson(this.cause, level + 1);
    return out;
  }

  /** How it prints in a terminal: with the place in the script. */
  [inspectKey](depth: number, options: object, inspect?: Inspect): string {
    const head = `${this.name} [${this.code}]: ${this.message}`;
    const frame = this.message.includes(' | ') ? '' : this.codeFrame;
    const trace = this.trace.map(scriptFrame).join('\n');
    const cause =
      this.cause !== undefined && depth > 0 && inspect ? shownCause(this.cause, options, depth, inspect) : '';
    return [head, frame, trace || framesOf(this).join('\n'), cause].filter(Boolean).join('\n');
  }
}

/** Sets the name on the prototype, so that it is neither an own property nor written per instance. */
export function named(name: string, error: { prototype: Error }): void {
  Object.defineProperty(error.prototype, 'name', { value: name, configurable: true, writable: true });
}

named('RhaiError', RhaiError);
