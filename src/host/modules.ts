// The modules of the host: functions and constants, or the text of a script, under one name. `import "name" as n` gives
// a script all of it; functions are also there without an import, as `name::function`, when the name can stand in a
// script. What is not registered is asked of the resolver. For a core, `import` is a host function like any other.

import { isRecord, known } from '../options/check.js';
import type { EngineOptions, ModuleResolver } from '../options/engine.js';
import { checkWord } from '../options/names.js';
import { IMPORT } from '../protocol/constants.js';
import type { HandleSource } from '../protocol/handles.js';
import { encodeValues } from '../protocol/standalone.js';
import * as F from './functions.js';
import { plain } from './plain.js';
import { promiseOf } from './thenable.js';

/** What a module is made of: functions, and values that are constants for the script. */
export type ModuleMembers = Readonly<Record<string, any>>;

/** Options of `registerModule`. */
export interface ModuleOptions {
  /** What it is for, for the generated definitions. */
  doc?: string;
  /** Options of single functions, by name. */
  functions?: Readonly<Record<string, F.FunctionOptions>>;
}

export interface HostModule {
  readonly name: string;
  readonly doc: string;
  readonly functions: readonly (readonly [name: string, fn: F.HostFunction])[];
  readonly constants: readonly (readonly [name: string, value: unknown])[];
  /** The text of a module that is a script. */
  readonly source: string | undefined;
}

const MAX_NAME = 256;

const isHostFunction = (value: unknown): boolean => typeof value === 'function';
const OPTION_NAMES = new Set(['doc', 'functions']);

function check(name: unknown, members: unknown, options: unknown): void {
  if (typeof name !== 'string') throw new TypeError('a module name must be a string');
  if (name === '' || name.length > MAX_NAME || !name.isWellFormed())
    throw new TypeError(`'${name.slice(0, MAX_NAME)}' is not a module name`);
  if (typeof members !== 'string' && !isRecord(members))
    throw new TypeError(`module '${name}' must be an object of members or the text of a script`);
  known('registerModule', options, OPTION_NAMES);
}

/** Stands for every core: whether a constant can cross is asked before there is one. */
const ANY_CORE: HandleSource = { home: {}, isAny: true, objectHandle: () => 0, objectsSent: () => {} };

/** A constant that no script could get is a RhaiValueError here, not at some import. */
function checkConstants(constants: HostModule['constants']): void {
  if (constants.length > 0) encodeValues([Object.fromEntries(constants)], undefined, ANY_CORE);
}

/** Options of functions that there are. */
function checkFunctions(name: string, names: readonly string[], options: ModuleOptions['functions']): void {
  if (options === undefined) return;
  if (!isRecord(options)) throw new TypeError('functions must be an object of options by name');
  const unknown = Object.keys(options).find((key) => !names.includes(key));
  if (unknown !== undefined) throw new TypeError(`module '${name}' has no function '${unknown}'`);
}

export class Modules {
  /** Stands for `import` among the host functions. */
  readonly importer: F.HostFunction = {
    ...plain('import', (path, from) => this.answer(path, from)),
    id: IMPORT,
  };
  readonly #byName = new Map<string, HostModule>();
  #resolver: ModuleResolver | undefined;

  constructor(private readonly functions: F.Functions) {}

  /** Adds or replaces; tells the functions that are gone. */
  register(
    name: string,
    members: ModuleMembers | string,
    options: ModuleOptions = {},
  ): { module: HostModule; gone: F.HostFunction[] } {
    check(name, members, options);
    const source = typeof members === 'string' ? members : undefined;
    const entries = typeof members === 'string' ? [] : Object.entries(members);
    for (const [key] of entries) checkWord('the name of a member', key);
    const own = entries.filter(([, value]) => isHostFunction(value));
    const constants = entries.filter(([, value]) => !isHostFunction(value));
    const doc = options.doc === undefined ? '' : F.text('doc', options.doc);
    checkConstants(constants);
    checkFunctions(
      name,
      own.map(([key]) => key),
      options.functions,
    );
    const old = this.#byName.get(name);
    const functions = own.map(
      ([key, handler]) => [key, this.#add(name, key, handler as F.HostHandler, options)] as const,
    );
    const module = { name, doc, functions, constants, source };
    this.#byName.set(name, module);
    const kept = new Set(functions.map(([key]) => key));
    const lost = old?.functions.filter(([key]) => !kept.has(key)) ?? [];
    return { module, gone: lost.flatMap(([, fn]) => this.functions.unregister(fn.name) ?? []) };
  }

  #add(module: string, key: string, handler: F.HostHandler, options: ModuleOptions): F.HostFunction {
    return this.functions.registerMember(`${module}::${key}`, handler, options.functions?.[key]);
  }

  /** The module that is gone, if there was one. */
  unregister(name: string): HostModule | undefined {
    const old = this.#byName.get(name);
    this.#byName.delete(name);
    for (const [, fn] of old?.functions ?? []) this.functions.unregister(fn.name);
    return old;
  }

  /** Replaces the resolver; undefined removes it. */
  resolveWith(resolver: ModuleResolver | undefined): void {
    if (resolver !== undefined && typeof resolver !== 'function')
      throw new TypeError('a module resolver must be a function');
    this.#resolver = resolver;
  }

  has(path: string): boolean {
    return this.#byName.has(path);
  }

  all(): HostModule[] {
    return [...this.#byName.values()];
  }

  /** What `import path` gives the machine: a script's text, a module's functions and constants, or nothing. */
  answer(path: string, from: string): unknown {
    const module = this.#byName.get(path);
    if (module === undefined) return this.#resolve(path, from);
    const { source, functions, constants } = module;
    if (source !== undefined) return source;
    const ids = functions.map(([name, fn]) => [name, fn.id] as const);
    return { functions: Object.fromEntries(ids), constants: Object.fromEntries(constants) };
  }

  #resolve(path: string, from: string): unknown {
    const found = this.#resolver?.(path, from);
    const promise = promiseOf(found);
    return promise === undefined ? textOf(path, found) : promise.then((late) => textOf(path, late));
  }
}

function textOf(path: string, found: unknown): string | undefined {
  if (found === undefined || found === null) return undefined;
  if (typeof found === 'string') return found;
  throw new TypeError(`the module resolver gave ${typeof found} for '${path}', not the text of a script`);
}

/** The engine's option `modules`. */
export function registerGiven(modules: Modules, given: EngineOptions['modules']): void {
  if (given === undefined) return;
  if (typeof given === 'function') return modules.resolveWith(given);
  if (!isRecord(given))
    throw new TypeError('modules must be an object of modules, or a function that finds them');
  for (const [name, members] of Object.entries(given))
    modules.register(name, members as ModuleMembers | string);
}
