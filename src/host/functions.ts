// The host functions of an engine: what scripts may call, under which id, with which options.
// Ids are never reused: a program compiled earlier may still hold one.

import {
  paramsOf,
  typeOf,
  type ArgumentsOf,
  type Param,
  type Params,
  type ParamType,
  type ReturnOf,
  type TypeName,
} from '../schema/params.js';
import { flag, known } from '../options/check.js';
import { checkFunctionName } from '../options/names.js';
import { checkedHandler } from './checked.js';
import type { HostCallContext } from './context.js';

/** Options of `registerFunction`. */
export interface FunctionOptions<P = Params | undefined, R = ParamType | undefined, C = boolean> {
  /** How long one call may take; 0 = no limit, absent = the run's `hostTimeoutMs`. */
  timeoutMs?: number;
  /** How many calls of this function may be in flight at once, over all runs; absent = no bound. */
  concurrency?: number;
  /** The function wants a HostCallContext as its first argument. */
  context?: C;
  /** The exact number of arguments; absent = any. */
  arity?: number;
  /** What it does, for the generated definitions. */
  doc?: string;
  /** Names and types for the definitions; a Standard Schema validator as a type also checks the argument of every call. */
  params?: P;
  /** The result's type for the definitions; a Standard Schema validator also checks every result. */
  returns?: R;
}

/** A host function: sync or async, any arity. */
export type HostHandler = (...args: any[]) => unknown;

/** A host function that wants its context. */
export type ContextHandler = (context: HostCallContext, ...args: any[]) => unknown;

/** Options without validators: the function's types are its own affair. */
export type PlainOptions = FunctionOptions<Readonly<Record<string, TypeName>>, TypeName>;

/** A host function as its parameters, result and context say. */
export type TypedHandler<P, R, C> = (
  ...args: [C] extends [true] ? [context: HostCallContext, ...rest: ArgumentsOf<P>] : ArgumentsOf<P>
) => ReturnOf<R>;

/** One registered function. Replacing it makes a new object with the same id: calls in flight keep the old one. */
export interface HostFunction {
  readonly id: number;
  readonly name: string;
  readonly handler: HostHandler;
  readonly doc: string;
  readonly params: readonly Param[] | undefined;
  readonly returns: ParamType | undefined;
  readonly context: boolean;
  readonly arity: number;
  readonly concurrency: number;
  /** -1 = the run's own limit. */
  readonly timeoutMs: number;
}

const OPTION_NAMES = new Set(['timeoutMs', 'concurrency', 'context', 'arity', 'doc', 'params', 'returns']);

function count(name: string, value: unknown, min: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (!Number.isSafeInteger(value) || value < min)
    throw new RangeError(`${name} must be a whole number from ${min}, got ${value}`);
  return value;
}

export function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, got ${typeof value}`);
  return value;
}

function duration(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`timeoutMs must be a number, got ${typeof value}`);
  if (!(value >= 0) || value > Number.MAX_SAFE_INTEGER)
    throw new RangeError(`timeoutMs must be a finite number from 0, got ${value}; 0 means no limit`);
  return value;
}

/** A host function; wrong options are a TypeError or a RangeError. */
function build(name: string, handler: HostHandler, given: FunctionOptions): HostFunction {
  const options = { ...given };
  const context = flag('context', options.context);
  const params = paramsOf(options.params);
  const arity = options.arity === undefined ? -1 : count('arity', options.arity, 0);
  if (arity >= 0 && params !== undefined && params.length !== arity)
    throw new RangeError(`arity is ${arity}, but params has ${params.length}`);
  const returns = options.returns === undefined ? undefined : typeOf('returns', options.returns);
  return {
    id: -1,
    name,
    handler: checkedHandler(name, handler, params, returns, context),
    doc: options.doc === undefined ? '' : text('doc', options.doc),
    params,
    returns,
    context,
    arity,
    concurrency: options.concurrency === undefined ? 0 : count('concurrency', options.concurrency, 1),
    timeoutMs: options.timeoutMs === undefined ? -1 : duration(options.timeoutMs),
  };
}

export class Functions {
  /** By id; holes are functions that were unregistered. */
  readonly byId: (HostFunction | undefined)[] = [];
  readonly #byName = new Map<string, HostFunction>();
  /** Grows whenever a name comes or goes. */
  version = 0;

  /** Adds or replaces. */
  register(name: string, handler: HostHandler, options?: FunctionOptions): HostFunction {
    checkFunctionName(name);
    return this.registerMember(name, handler, options);
  }

  /** The same for `module::function`, where the module may have any name. */
  registerMember(name: string, handler: HostHandler, options: FunctionOptions = {}): HostFunction {
    if (typeof handler !== 'function') throw new TypeError(`the host function '${name}' must be a function`);
    known('registerFunction', options, OPTION_NAMES);
    return this.add(build(name, handler, options));
  }

  /** Adds or replaces what is known to be right; gives it its id. */
  add(fn: HostFunction): HostFunction {
    const old = this.#byName.get(fn.name);
    if (old === undefined) this.version++;
    const made = { ...fn, id: old?.id ?? this.byId.length };
    this.byId[made.id] = made;
    this.#byName.set(made.name, made);
    return made;
  }

  unregister(name: string): HostFunction | undefined {
    const old = this.#byName.get(name);
    if (old === undefined) return undefined;
    this.version++;
    this.#byName.delete(name);
    this.byId[old.id] = undefined;
    return old;
  }

  get(name: string): HostFunction | undefined {
    return this.#byName.get(name);
  }

  all(): IterableIterator<HostFunction> {
    return this.#byName.values();
  }
}
