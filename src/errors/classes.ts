// One class per reaction of the caller; API.md's table of errors. They only carry facts: no logic, no look-ups.

import { named, RhaiError, type ErrorDetails } from './base.js';

/** The script does not parse. */
export class RhaiSyntaxError extends RhaiError {
  readonly line: number;
  readonly column: number;
  readonly source: string;
  constructor(message: string, line: number, column: number, source: string, details: ErrorDetails = {}) {
    super('RHAI_SYNTAX', message, { position: { line, column }, text: source, ...details });
    this.line = line;
    this.column = column;
    this.source = source;
  }
}

export interface RuntimeDetails extends ErrorDetails {
  /** Rhai's name of the error, such as `ErrorArithmetic`. */
  kind?: string;
  /** What the script threw. */
  value?: unknown;
}

/** The script threw, or did something that the language forbids. */
export class RhaiRuntimeError extends RhaiError {
  readonly kind: string;
  readonly value: unknown;
  constructor(message: string, details: RuntimeDetails = {}, code = 'RHAI_RUNTIME') {
    super(code, message, details);
    this.kind = details.kind ?? 'ErrorRuntime';
    this.value = details.value;
  }
  get line(): number {
    return this.position?.line ?? 0;
  }
  get column(): number {
    return this.position?.column ?? 0;
  }
  protected override facts(): Record<string, unknown> {
    return { kind: this.kind };
  }
}

/** A host function threw or rejected and the script did not catch it; `cause` is the very object that was thrown. */
export class RhaiHostError extends RhaiRuntimeError {
  readonly functionName: string;
  constructor(message: string, functionName: string, details: RuntimeDetails) {
    super(message, details, 'RHAI_HOST');
    this.functionName = functionName;
  }
  protected override facts(): Record<string, unknown> {
    return { kind: this.kind, functionName: this.functionName };
  }
}

/** `eval` met a host function that returned a promise. */
export class RhaiAsyncFunctionError extends RhaiError {
  readonly functionName: string;
  constructor(functionName: string, details: ErrorDetails = {}) {
    super(
      'RHAI_ASYNC_FUNCTION',
      `Script attempted to call async function '${functionName}'. Use evalAsync() instead.`,
      details,
    );
    this.functionName = functionName;
  }
  protected override facts(): Record<string, unknown> {
    return { functionName: this.functionName };
  }
}

/** An enforced limit; `limit` is its option's name, `value` the number that was in force. */
export class RhaiLimitError extends RhaiError {
  readonly limit: string;
  readonly value: number;
  constructor(
    message: string,
    limit: string,
    value: number,
    details: ErrorDetails = {},
    code = 'RHAI_LIMIT',
  ) {
    super(code, message, details);
    this.limit = limit;
    this.value = value;
  }
  protected override facts(): Record<string, unknown> {
    return { limit: this.limit, value: this.value };
  }
}

/** Which part of a run used the time, in milliseconds. */
export interface Spent {
  readonly scriptMs: number;
  readonly hostMs: number;
  readonly queueMs: number;
}

/** `timeoutMs`, `computeMs` or `hostTimeoutMs` ran out. */
export class RhaiTimeoutError extends RhaiLimitError {
  readonly ms: number;
  readonly where: 'script' | 'host' | 'queue';
  readonly spent: Spent;
  constructor(
    message: string,
    limit: string,
    ms: number,
    where: 'script' | 'host' | 'queue',
    spent: Spent,
    details: ErrorDetails = {},
  ) {
    super(message, limit, ms, details, 'RHAI_TIMEOUT');
    this.ms = ms;
    this.where = where;
    this.spent = spent;
  }
  protected override facts(): Record<string, unknown> {
    return { ...super.facts(), ms: this.ms, where: this.where, spent: this.spent };
  }
}

/** Cancelled by `run.cancel(reason)` or an AbortSignal; `reason` is the very object that was given. */
export class RhaiCancelledError extends RhaiError {
  readonly reason: unknown;
  constructor(reason: unknown, details: ErrorDetails = {}) {
    super('RHAI_CANCELLED', 'The run was cancelled.', details);
    this.reason = reason;
  }
}

/** Used after, or pending at, dispose. */
export class RhaiDisposedError extends RhaiError {
  constructor(message = 'The engine is disposed.', details: ErrorDetails = {}) {
    super('RHAI_DISPOSED', message, details);
  }
}

/** A value that cannot cross the border, or that a schema refuses; `path` says where it is, such as `$.users[3].avatar`. */
export class RhaiValueError extends RhaiError {
  readonly path: string;
  /** What a validator said, all of it. */
  readonly issues: readonly { readonly message: string }[] | undefined;
  constructor(
    message: string,
    path: string,
    details: ErrorDetails & { issues?: RhaiValueError['issues'] } = {},
  ) {
    super('RHAI_VALUE', message, details);
    this.path = path;
    this.issues = details.issues;
  }
  protected override facts(): Record<string, unknown> {
    const messages = this.issues?.map(({ message }) => message);
    return messages === undefined ? { path: this.path } : { path: this.path, issues: messages };
  }
}

/** A panic or a broken invariant: a bug of this package. */
export class RhaiInternalError extends RhaiError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('RHAI_INTERNAL', `${message} (a bug of rhai-bridge: please report it)`, details);
  }
}

named('RhaiSyntaxError', RhaiSyntaxError);
named('RhaiRuntimeError', RhaiRuntimeError);
named('RhaiHostError', RhaiHostError);
named('RhaiAsyncFunctionError', RhaiAsyncFunctionError);
named('RhaiLimitError', RhaiLimitError);
named('RhaiTimeoutError', RhaiTimeoutError);
named('RhaiCancelledError', RhaiCancelledError);
named('RhaiDisposedError', RhaiDisposedError);
named('RhaiValueError', RhaiValueError);
named('RhaiInternalError', RhaiInternalError);
