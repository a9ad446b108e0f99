// Script: a program that was compiled once and can be run, called and looked at. Made by engine.compile.

import { printsAs } from './inspect.js';
import type { RunOptions, WithSchema } from '../options/engine.js';
import type { AnySchema, OutputOf } from '../schema/standard.js';
import type { FunctionInfo } from './analysis.js';
import type { Program } from './programs.js';
import type { Run } from './run.js';

/** What a script needs of its engine. */
export interface ScriptRunner {
  evalAsync<T>(script: Script, options?: RunOptions): Run<T>;
  call<T>(script: Script, functionName: string, args?: readonly unknown[], options?: RunOptions): Run<T>;
}

/** A script that was parsed and compiled once. Made by `engine.compile()`. */
export class Script {
  readonly #runner: ScriptRunner;
  readonly #program: Program;
  /** Functions the script defines. */
  readonly functions: readonly FunctionInfo[];

  /** @internal */
  constructor(runner: ScriptRunner, program: Program, functions: readonly FunctionInfo[]) {
    this.#runner = runner;
    this.#program = program;
    this.functions = functions;
  }

  /** The name it has in errors; empty when it was not given one. */
  get name(): string {
    return this.#program.name;
  }

  get source(): string {
    return this.#program.source;
  }

  /** Runs it in the background. */
  run<S extends AnySchema>(options: WithSchema<RunOptions, S>): Run<OutputOf<S>>;
  run<T = unknown>(options?: RunOptions): Run<T>;
  run<T = unknown>(options?: RunOptions): Run<T> {
    return this.#runner.evalAsync<T>(this, options);
  }

  /** Calls one of its functions. */
  call<S extends AnySchema>(
    functionName: string,
    args: readonly unknown[],
    options: WithSchema<RunOptions, S>,
  ): Run<OutputOf<S>>;
  call<T = unknown>(functionName: string, args?: readonly unknown[], options?: RunOptions): Run<T>;
  call<T = unknown>(functionName: string, args: readonly unknown[] = [], options?: RunOptions): Run<T> {
    return this.#runner.call<T>(this, functionName, args, options);
  }

  /** @internal */
  static programOf(script: Script): Program {
    return script.#program;
  }
}

printsAs(Script, 'Script', ({ name, functions }) => ({
  name,
  functions: functions.map((one) => `${one.name}(${one.params.join(', ')})`),
}));
