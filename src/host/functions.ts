// The host functions of an engine: what scripts may call, under which id, with which options.
// Ids are never reused: a program compiled earlier may still hold one.

/** Types for the generated definitions, or a Standard Schema validator. */
export type TypeName = string;

export interface FunctionOptions {
  /** How long one call may take; 0 = no limit, absent = the run's `hostTimeoutMs`. */
  timeoutMs?: number;
  /** How many calls of this function may be in flight at once, over all runs; absent = no bound. */
  concurrency?: number;
  /** The function wants a HostCallContext as its first argument. */
  context?: boolean;
  /** The exact number of arguments; absent = any. */
  arity?: number;
  /** One line for the generated definitions. */
  doc?: string;
  params?: Record<string, TypeName>;
  returns?: TypeName;
}

export type HostHandler = (...args: any[]) => unknown;

/** One registered function. Replacing it makes a new object with the same id: calls in flight keep the old one. */
export interface HostFunction {
  readonly id: number;
  readonly name: string;
  readonly handler: HostHandler;
  readonly options: Readonly<FunctionOptions>;
  readonly context: boolean;
  readonly arity: number;
  readonly concurrency: number;
  /** -1 = the run's own limit. */
  readonly timeoutMs: number;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*$/;
const MAX_NAME = 256;
/** Words of the language, in use or reserved: a script could never call a function of such a name. */
const RESERVED = new Set(
  (
    'true false let const if else switch do while until loop for in continue break fn private return throw try catch ' +
    'import export as this var static is goto match case public protected new use with module package ' +
    'super thread spawn go await async sync yield default void null nil'
  ).split(' '),
);

function count(name: string, value: unknown, min: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (!Number.isSafeInteger(value) || value < min)
    throw new RangeError(`${name} must be a whole number from ${min}, got ${value}`);
  return value;
}

function duration(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`timeoutMs must be a number, got ${typeof value}`);
  if (!(value >= 0) || value > Number.MAX_SAFE_INTEGER)
    throw new RangeError(`timeoutMs must be a finite number from 0, got ${value}`);
  return value;
}

function build(id: number, name: string, handler: HostHandler, given: FunctionOptions): HostFunction {
  const options = { ...given };
  return {
    id,
    name,
    handler,
    options,
    context: options.context === true,
    arity: options.arity === undefined ? -1 : count('arity', options.arity, 0),
    concurrency: options.concurrency === undefined ? 0 : count('concurrency', options.concurrency, 1),
    timeoutMs: options.timeoutMs === undefined ? -1 : duration(options.timeoutMs),
  };
}

function checkName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw new TypeError('a function name must be a string');
  if (name.length > MAX_NAME || !NAME.test(name))
    throw new TypeError(`'${name.slice(0, MAX_NAME)}' is not a function name`);
  const reserved = name.split('::').find((part) => RESERVED.has(part));
  if (reserved !== undefined)
    throw new TypeError(`'${reserved}' is a reserved word of Rhai: a script could not call it`);
}

export class Functions {
  /** By id; holes are functions that were unregistered. */
  readonly byId: (HostFunction | undefined)[] = [];
  readonly #byName = new Map<string, HostFunction>();

  /** Adds or replaces. */
  register(name: string, handler: HostHandler, options: FunctionOptions = {}): HostFunction {
    checkName(name);
    if (typeof handler !== 'function') throw new TypeError(`the host function '${name}' must be a function`);
    if (typeof options !== 'object' || options === null)
      throw new TypeError('function options must be an object');
    const old = this.#byName.get(name);
    const made = build(old?.id ?? this.byId.length, name, handler, options);
    this.byId[made.id] = made;
    this.#byName.set(name, made);
    return made;
  }

  unregister(name: string): HostFunction | undefined {
    const old = this.#byName.get(name);
    if (old === undefined) return undefined;
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
