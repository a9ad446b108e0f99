// The parameters of a host function as users describe them: names with types, or validators; in a record or in a list.
// Types are words of Rhai or of TypeScript and only go into the definitions; validators are also asked at run time.

import { isSchema, type AnySchema, type InputOf, type OutputOf } from './standard.js';

/** A type by name: Rhai's (`int`, `string`, `array`, `map`, …), or any TypeScript type, for the definitions. */
export type TypeName = string;

/** The type of a parameter or of a result: a name, or a validator. */
export type ParamType = TypeName | AnySchema;

/** Parameters: by name, or in a list of types or of `[name, type]`. A list of validators also types the function. */
export type Params =
  Readonly<Record<string, ParamType>> | readonly (ParamType | readonly [name: string, type: ParamType])[];

/** The names of types that TypeScript knows by another name. */
export interface NamedTypes {
  string: string;
  String: string;
  char: string;
  int: number;
  float: number;
  number: number;
  bool: boolean;
  boolean: boolean;
  blob: Uint8Array;
  Blob: Uint8Array;
  array: unknown[];
  Array: unknown[];
  map: Record<string, unknown>;
  Map: Record<string, unknown>;
  '()': null;
}

/** What a host function gets for an argument of this type. */
export type ArgumentOf<T> = T extends AnySchema
  ? OutputOf<T>
  : T extends keyof NamedTypes
    ? NamedTypes[T]
    : any;

/** The arguments of a host function with these parameters. */
export type ArgumentsOf<P> = P extends readonly unknown[]
  ? { -readonly [K in keyof P]: P[K] extends readonly [string, infer T] ? ArgumentOf<T> : ArgumentOf<P[K]> }
  : any[];

/** What a host function may return. */
export type ReturnOf<R> = R extends AnySchema ? InputOf<R> | PromiseLike<InputOf<R>> : unknown;

/** One parameter. */
export interface Param {
  readonly name: string;
  readonly type: ParamType;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function param(name: unknown, type: unknown): Param {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new TypeError(`${JSON.stringify(name)} is not the name of a parameter`);
  return { name, type: typeOf(`the type of parameter '${name}'`, type) };
}

/** A type, or a TypeError. */
export function typeOf(what: string, type: unknown): ParamType {
  if (typeof type === 'string' && type.trim() !== '') return type;
  if (isSchema(type)) return type;
  throw new TypeError(`${what} must be the name of a type or a Standard Schema validator`);
}

/** Parameters in order, or a TypeError. */
export function paramsOf(given: unknown): readonly Param[] | undefined {
  if (given === undefined) return undefined;
  if (Array.isArray(given)) return given.map(listed);
  if (typeof given !== 'object' || given === null || isSchema(given))
    throw new TypeError('params must be an object of names and types, or a list of types');
  return Object.entries(given).map(([name, type]) => param(name, type));
}

function listed(entry: unknown, index: number): Param {
  if (Array.isArray(entry)) return param(entry[0], entry[1]);
  return param(`arg${index + 1}`, entry);
}
