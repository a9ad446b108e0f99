// What `analyze` and `compile` tell of a script: its functions, the host functions it calls, its imports; or why not.
// Made from the core's COMPILED map; nothing is executed.

import { RhaiInternalError, RhaiLimitError } from '../errors/index.js';
import { syntaxError } from './failures.js';
import type { Program } from './programs.js';

/** A name and where it stands. */
export interface Located {
  readonly line: number;
  readonly column: number;
}

/** A message about a place; lines and columns count from 1, 0 is unknown. */
export interface Diagnostic extends Located {
  readonly message: string;
}

/** A function that a script defines. */
export interface FunctionInfo extends Located {
  readonly name: string;
  readonly params: readonly string[];
  readonly private: boolean;
  readonly doc: readonly string[];
}

/** What `engine.analyze()` finds without running anything. */
export interface Analysis {
  readonly isValid: boolean;
  readonly syntaxErrors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  /** Functions the script defines. */
  readonly functions: readonly FunctionInfo[];
  /** Host functions it calls. */
  readonly hostFunctions: readonly (Located & { readonly name: string })[];
  readonly imports: readonly (Located & { readonly path: string })[];
}

type Fields = Record<string, unknown>;

/** What the core answered to a COMPILE. */
export interface CompiledMap {
  ok: boolean;
  error?: Fields;
  functions: Fields[];
  hostFunctions: Fields[];
  imports: Fields[];
  warnings: Fields[];
}

function located<T extends Fields>(fields: T): T & Located {
  return { ...fields, line: Number(fields['line']), column: Number(fields['column']) };
}

function functionInfo(fields: Fields): FunctionInfo {
  const { name, params, doc, line, column } = located(fields) as Fields & Located;
  return {
    name: String(name),
    params: params as string[],
    private: fields['private'] === true,
    doc: doc as string[],
    line,
    column,
  };
}

export function functionsOf(map: CompiledMap): FunctionInfo[] {
  return map.functions.map(functionInfo);
}

export function analysisOf(map: CompiledMap): Analysis {
  const errors = map.error ? [map.error] : [];
  const diagnostic = (fields: Fields): Diagnostic => ({
    message: String(fields['message']),
    line: Number(fields['line']),
    column: Number(fields['column']),
  });
  return {
    isValid: map.ok,
    syntaxErrors: errors.map(diagnostic),
    warnings: map.warnings.map(diagnostic),
    functions: functionsOf(map),
    hostFunctions: map.hostFunctions.map(located) as unknown as (Located & { name: string })[],
    imports: map.imports.map(located) as unknown as (Located & { path: string })[],
  };
}

/** Why a script did not compile, as an error to throw. */
export function compileError(map: CompiledMap, program: Program): Error {
  const error = map.error ?? {};
  const message = String(error['message'] ?? 'The script does not compile.');
  if (error['internal'] === true) return new RhaiInternalError(message, { script: program.name });
  if (typeof error['limit'] === 'string') {
    return new RhaiLimitError(message, error['limit'], Number(error['limitValue']), { script: program.name });
  }
  return syntaxError(message, Number(error['line']), Number(error['column']), program.source, program.name);
}
