// The options of an engine and of a run, checked when they are given: a wrong one is a TypeError or a RangeError at once.
// Getters of an options object are read exactly once.

import type { RhaiWarning } from '../errors/index.js';
import { isRecord, known, listener, oneOf, place, whole } from './check.js';
import { checkLimit, DEFAULT_LIMITS, mergeLimits, type Limits } from './limits.js';
import type { AnySchema } from '../schema/standard.js';
import type { Int64Mode } from '../protocol/decode-context.js';
import type { TraceListener } from '../trace/trace.js';

/** Where a `debug` of a script stood. */
export interface DebugPosition {
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Finds the text of a script module: gets the path of the `import` and the name of the script that has it.
 * Nothing (null or undefined) means that there is no such module. Asked once per run and path.
 */
export type ModuleResolver = (
  path: string,
  from: string,
) => string | null | undefined | PromiseLike<string | null | undefined>;

/** Gets what a script says with `print(value)`, as it is. */
export type PrintListener = (text: string) => void;
/** Gets what a script says with `debug(value)`, and where. */
export type DebugListener = (text: string, position: DebugPosition) => void;

/** Options of `RhaiEngine.create`. Unknown names and wrong values are refused. */
export interface EngineOptions {
  /** `'auto'` = native where the addon loads, else WASM. */
  backend?: 'auto' | 'native' | 'wasm';
  /** Where the WASM backend's module is, when it is not beside this package: a URL, in a page also a relative one. */
  wasmUrl?: string | URL;
  /** The same for the script of its workers. */
  workerUrl?: string | URL;
  /** Worker threads, made when they are first needed. Default 1. */
  threads?: number;
  /** `'inline'` runs scripts in slices on the calling thread. */
  mode?: 'background' | 'inline';
  limits?: Partial<Limits>;
  /** How ints reach JavaScript; `'auto'` = number when safe, else bigint. */
  int64?: Int64Mode;
  /** Modules by name (members, or the text of a script), or a function that finds their texts. */
  modules?: Readonly<Record<string, object | string>> | ModuleResolver;
  onPrint?: PrintListener;
  onDebug?: DebugListener;
  /** Gets what is no error of any run; without it, warnings go to the process's own. Each kind is told once. */
  onWarning?: (warning: RhaiWarning) => void;
  /** Runs that may be under way at once; more of them wait. 0 = no bound. */
  maxConcurrentRuns?: number;
  /** Host calls that may be in flight at once, over all runs; more of them wait, their scripts suspended. 0 = no bound. */
  maxPendingRequests?: number;
  trace?: TraceListener;
  /** Microseconds per turn of the event loop in which this thread may run scripts itself; 0 = never. Default 100. */
  assistMicros?: number;
}

/** Options of one run. */
export interface RunOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  limits?: Partial<Limits>;
  /** Variables of this run, by name: of an object (an interface will do) or of a Map. */
  scope?: Readonly<Record<string, any>> | ReadonlyMap<string, unknown>;
  /** The script's name in errors; a Script has one of its own. */
  name?: string;
  onPrint?: PrintListener;
  onDebug?: DebugListener;
  /** Higher runs first; 0 is ordinary. */
  priority?: number;
  /** Write the run's variables back into the engine's scope when it ends with a value. */
  commit?: boolean;
  /** A Standard Schema validator for the result (for each value of a stream): a result it refuses is a RhaiValueError. */
  schema?: AnySchema;
}

/** Options with a validator, which also types the result. */
export type WithSchema<Options, S extends AnySchema> = Options & { schema: S };

/** The options of `evalStream`: those of a run, and how far the script may run ahead. */
export interface StreamOptions extends RunOptions {
  /** Emitted values that may wait for the reader; then the script waits. 0 = it waits for every single one. Default 16. */
  bufferSize?: number;
}

/** The options of `start`: those of a run that is stepped by hand. */
export type ExecutionOptions = Pick<
  RunOptions,
  'limits' | 'name' | 'onPrint' | 'onDebug' | 'scope' | 'commit' | 'timeoutMs'
>;

/**
 * The options of `eval`: those of a run that need nobody to wait. Variables of `scope` are the run's alone: they hide those
 * of the engine's scope and do not stay.
 */
export type EvalOptions = Pick<
  RunOptions,
  'limits' | 'name' | 'onPrint' | 'onDebug' | 'scope' | 'timeoutMs' | 'schema'
>;

const EVAL_NAMES = ['limits', 'name', 'onPrint', 'onDebug', 'scope', 'timeoutMs', 'schema'];
const RUN_NAMES = [...EVAL_NAMES, 'signal', 'priority', 'commit'];
/** What each method that runs scripts takes. */
const TAKEN = {
  eval: new Set(EVAL_NAMES),
  evalAsync: new Set(RUN_NAMES),
  call: new Set(RUN_NAMES),
  evalStream: new Set([...RUN_NAMES, 'bufferSize']),
  start: new Set(['limits', 'name', 'onPrint', 'onDebug', 'scope', 'commit', 'timeoutMs']),
};

/** A method that runs scripts. */
export type RunMethod = keyof typeof TAKEN;

/** Refuses options that a method does not have. */
export function checkNames(method: RunMethod, options: RunOptions): void {
  known(method, options, TAKEN[method]);
}

export interface ResolvedOptions {
  readonly backend: 'auto' | 'native' | 'wasm';
  readonly wasmUrl: string | URL | undefined;
  readonly workerUrl: string | URL | undefined;
  readonly threads: number;
  readonly inline: boolean;
  readonly limits: Readonly<Limits>;
  readonly int64: Int64Mode;
  readonly modules: EngineOptions['modules'];
  readonly onPrint: PrintListener | undefined;
  readonly onDebug: DebugListener | undefined;
  readonly onWarning: ((warning: RhaiWarning) => void) | undefined;
  readonly maxConcurrentRuns: number;
  readonly maxPendingRequests: number;
  readonly trace: TraceListener | undefined;
  readonly assistMicros: number;
}

export const ENGINE_OPTIONS: ReadonlySet<string> = new Set([
  'backend',
  'wasmUrl',
  'workerUrl',
  'threads',
  'mode',
  'limits',
  'int64',
  'modules',
  'onPrint',
  'onDebug',
  'onWarning',
  'maxConcurrentRuns',
  'maxPendingRequests',
  'trace',
  'assistMicros',
]);
const MAX_THREADS = 64;

/** What an engine without options has; also what stands in for each option that is not given. */
const DEFAULTS: ResolvedOptions = Object.freeze({
  backend: 'auto',
  wasmUrl: undefined,
  workerUrl: undefined,
  threads: 1,
  inline: false,
  limits: DEFAULT_LIMITS,
  int64: 'auto',
  modules: undefined,
  onPrint: undefined,
  onDebug: undefined,
  onWarning: undefined,
  maxConcurrentRuns: 0,
  maxPendingRequests: 0,
  trace: undefined,
  assistMicros: 100,
});
const MODES = ['background', 'inline'] as const;
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

export function resolveOptions(given?: EngineOptions): ResolvedOptions {
  if (given === undefined) return DEFAULTS;
  if (!isRecord(given)) throw new TypeError('engine options must be an object');
  const options: EngineOptions = { ...given };
  known('an engine', options, ENGINE_OPTIONS);
  return Object.freeze({
    backend: oneOf('backend', options.backend, ['auto', 'native', 'wasm'], DEFAULTS.backend),
    wasmUrl: place('wasmUrl', options.wasmUrl),
    workerUrl: place('workerUrl', options.workerUrl),
    threads: whole('threads', options.threads, DEFAULTS.threads, 1, MAX_THREADS),
    inline: oneOf('mode', options.mode, MODES, 'background') === 'inline',
    limits: mergeLimits(DEFAULTS.limits, options.limits),
    int64: oneOf('int64', options.int64, ['auto', 'bigint', 'number'], DEFAULTS.int64),
    modules: options.modules,
    onPrint: listener('onPrint', options.onPrint),
    onDebug: listener('onDebug', options.onDebug),
    onWarning: listener('onWarning', options.onWarning),
    maxConcurrentRuns: whole('maxConcurrentRuns', options.maxConcurrentRuns, 0, 0, UNBOUNDED),
    maxPendingRequests: whole('maxPendingRequests', options.maxPendingRequests, 0, 0, UNBOUNDED),
    trace: listener('trace', options.trace),
    assistMicros: whole('assistMicros', options.assistMicros, DEFAULTS.assistMicros, 0, 1_000_000),
  });
}

/** The limits of one run over those of its engine. */
export function runLimits(
  base: Readonly<Limits>,
  options: { limits?: Partial<Limits>; timeoutMs?: number },
): Readonly<Limits> {
  const { limits, timeoutMs } = options;
  const merged = mergeLimits(base, limits);
  if (timeoutMs === undefined) return merged;
  return Object.freeze({ ...merged, timeoutMs: checkLimit('timeoutMs', timeoutMs) });
}

const DEFAULT_BUFFER_SIZE = 16;
const MAX_BUFFER_SIZE = 1_000_000;

/** How many emitted values may wait. */
export function bufferSizeOf(options: StreamOptions): number {
  return whole('bufferSize', options.bufferSize, DEFAULT_BUFFER_SIZE, 0, MAX_BUFFER_SIZE);
}

const DEFAULT_FUEL = 10_000;
const FUEL_NAMES = new Set(['fuel']);

/** Operations of one poll. */
export function fuelOf(options: { fuel?: number }): number {
  known('poll', options, FUEL_NAMES);
  return whole('fuel', options.fuel, DEFAULT_FUEL, 1, Number.MAX_SAFE_INTEGER);
}

/** A run's priority. */
export function priorityOf(value: unknown): number {
  return whole('priority', value, 0, -1_000_000, 1_000_000);
}
