// The compiler finds the program of a script and asks the home core what is in it. Nothing is parsed on this side,
// and nothing is executed on the other.

import { RhaiInternalError } from '../errors/index.js';
import * as C from '../protocol/constants.js';
import { analysisOf, compileError, functionsOf, type Analysis, type CompiledMap } from './analysis.js';
import type { Lane } from './lane.js';
import { Programs, type Program } from './programs.js';
import { Script, type ScriptRunner } from './script.js';

export class Compiler {
  readonly programs: Programs;

  constructor(
    maxSourceBytes: number,
    private readonly functions: { readonly version: number },
    private readonly home: () => Lane,
    drop: (program: Program) => void,
  ) {
    this.programs = new Programs(maxSourceBytes, drop);
  }

  /** The program of a script; throws what can be said without a parser. */
  program(script: string | Script, name: string | undefined): Program {
    if (name !== undefined && typeof name !== 'string') throw new TypeError('name must be a string');
    if (script instanceof Script) return this.#programOf(script, name);
    if (typeof script !== 'string')
      throw new TypeError(`a script must be a string or a Script, got ${typeof script}`);
    return this.programs.of(script, name);
  }

  #programOf(script: Script, name: string | undefined): Program {
    const program = Script.programOf(script);
    if (name === undefined || name === program.name) return this.programs.own(program);
    return this.programs.of(program.source, name);
  }

  /** The same, where functions that nobody knows are requests. */
  openProgram(script: string | Script, name: string | undefined): Program {
    const program = this.program(script, name);
    return this.programs.of(program.source, program.name, true);
  }

  compile(runner: ScriptRunner, script: string | Script, name: string | undefined): Script {
    const program = this.program(script, name);
    const map = this.#compiled(program, C.COMPILE_ANSWER);
    if (!map.ok) throw compileError(map, program);
    return new Script(runner, program, functionsOf(map));
  }

  analyze(script: string | Script): Analysis {
    return analysisOf(this.#compiled(this.program(script, undefined), C.COMPILE_ANSWER | C.COMPILE_ANALYZE));
  }

  /** Asked once per text, question and set of host functions. */
  #compiled(program: Program, flags: number): CompiledMap {
    const { version } = this.functions;
    const known = program.found.get(flags);
    if (known?.version === version) return known.map;
    const map = this.#ask(program, flags);
    program.found.set(flags, { version, map });
    return map;
  }

  #ask(program: Program, flags: number): CompiledMap {
    const home = this.home();
    const map = home.ask(C.COMPILED, home.program(program, flags), (body) => body.read() as CompiledMap);
    if (map === undefined) throw new RhaiInternalError('The home core did not answer.');
    return map;
  }
}
