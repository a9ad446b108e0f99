// One class per reaction of the caller; API.md's table of errors. They only carry facts: no logic, no look-ups.

import { named, RhaiError, type ErrorCode, type ErrorDetails } from './base.js';

/**
 * The script does not parse.
 * @example
 * ```ts
 * const error = await engine.evalAsync<never>('let = 1').catch((error: unknown) => error as RhaiSyntaxError);
 * console.log(error.line, error.column); // prints: 1 5
 * ```
 */
export class RhaiSyntaxError extends RhaiError {
  declare readonly code: 'RHAI_SYNTAX';
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

/**
 * The script threw, or did something that the language forbids.
 * @example
 * ```ts
 * const error = await engine.evalAsync<never>('throw #{ code: 7 }').catch((error: unknown) => error as RhaiRuntimeError);
 * console.log(error.value); // prints: { code: 7 }
 * ```
 */
export class RhaiRuntimeError extends RhaiError {
  declare readonly code: 'RHAI_RUNTIME' | 'RHAI_HOST';
  readonly kind: string;
  readonly value: unknown;
  constructor(message: string, details: RuntimeDetails = {}, code: ErrorCode = 'RHAI_RUNTIME') {
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

/**
 * A host function threw or rejected and the script did not catch it; `cause` is the very object that was thrown.
 * @example
 * ```ts
 * const reason = new Error('no line');
 * engine.registerFunction('dial', () => { throw reason; });
 * const error = await engine.evalAsync<never>('dial()').catch((error: unknown) => error as RhaiHostError);
 * console.log(error.cause === reason, error.functionName); // prints: true dial
 * ```
 */
export class RhaiHostError extends RhaiRuntimeError {
  declare readonly code: 'RHAI_HOST';
  readonly functionName: string;
  constructor(message: string, functionName: string, details: RuntimeDetails) {
    super(message, details, 'RHAI_HOST');
    this.functionName = functionName;
  }
  protected override facts(): Record<string, unknown> {
    return { kind: this.kind, functionName: this.functionName };
  }
}

/**
 * `eval` met a host function that returned a promise.
 * @example
 * ```ts
 * engine.registerFunction('later', async () => 1);
 * try { engine.eval('later()'); } catch (error) { console.log((error as RhaiAsyncFunctionError).functionName); } // prints: later
 * ```
 */
export class RhaiAsyncFunctionError extends RhaiError {
  declare readonly code: 'RHAI_ASYNC_FUNCTION';
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

/**
 * An enforced limit; `limit` is its option's name, `value` the number that was in force.
 * @example
 * ```ts
 * const run = engine.evalAsync<never>('loop {}', { limits: { maxOperations: 1_000 } });
 * const { limit, value } = await run.catch((error: unknown) => error as RhaiLimitError);
 * console.log(limit, value); // prints: maxOperations 1000
 * ```
 */
export class RhaiLimitError extends RhaiError {
  declare readonly code: 'RHAI_LIMIT' | 'RHAI_TIMEOUT';
  readonly limit: string;
  readonly value: number;
  constructor(
    message: string,
    limit: string,
    value: number,
    details: ErrorDetails = {},
    code: ErrorCode = 'RHAI_LIMIT',
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

/**
 * `timeoutMs`, `computeMs` or `hostTimeoutMs` ran out.
 * @example
 * ```ts
 * const error = await engine.evalAsync<never>('loop {}', { timeoutMs: 20 }).catch((error: unknown) => error as RhaiTimeoutError);
 * console.log(error.limit, error.ms); // prints: timeoutMs 20
 * ```
 */
export class RhaiTimeoutError extends RhaiLimitError {
  declare readonly code: 'RHAI_TIMEOUT';
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

/**
 * Cancelled by `run.cancel(reason)` or an AbortSignal; `reason` is the very object that was given.
 * @example
 * ```ts
 * const run = engine.evalAsync('loop {}', { signal: AbortSignal.abort('too late') });
 * console.log(await run.catch((error: RhaiCancelledError) => error.reason)); // prints: too late
 * ```
 */
export class RhaiCancelledError extends RhaiError {
  declare readonly code: 'RHAI_CANCELLED';
  readonly reason: unknown;
  constructor(reason: unknown, details: ErrorDetails = {}) {
    super('RHAI_CANCELLED', 'The run was cancelled.', details);
    this.reason = reason;
  }
}

/** Used after, or pending at, dispose. */
export class RhaiDisposedError extends RhaiError {
  declare readonly code: 'RHAI_DISPOSED';
  constructor(message = 'The engine is disposed.', details: ErrorDetails = {}) {
    super('RHAI_DISPOSED', message, details);
  }
}

/**
 * A value that cannot cross the border, or that a schema refuses; `path` says where it is, such as `$.users[3].avatar`.
 * @example
 * ```ts
 * const error = await engine.evalAsync<never>('x', { scope: { x: { list: [Symbol('s')] } } }).catch((error: unknown) => error as RhaiValueError);
 * console.log(error.path); // prints: $.x.list[0]
 * ```
 */
export class RhaiValueError extends RhaiError {
  declare readonly code: 'RHAI_VALUE';
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
  declare readonly code: 'RHAI_INTERNAL';
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
