// Programs: script texts by content. A core compiles each once; a program that was pushed out of the cache is simply
// sent again. Nothing is parsed on this side.

import type { CompiledMap } from './analysis.js';
import { RhaiLimitError, RhaiSyntaxError } from '../errors/index.js';

const MAX_PROGRAMS = 1000;
const MAX_CHARS = 32 * 1024 * 1024;

export class Program {
  /** What the home core found in it, per question, while the host functions are the same. */
  readonly found = new Map<number, { readonly version: number; readonly map: CompiledMap }>();
  /** Its id in each core that has it, by lane index. */
  readonly ids: (number | undefined)[] = [];
  /** The cache that has it: of one engine, and until it is pushed out. */
  keeper: Programs | undefined;
  constructor(
    readonly name: string,
    readonly source: string,
    /** Functions that nobody knows are requests (for executions). */
    readonly open: boolean,
  ) {}
}

/** The core compiles UTF-8: text with a lone surrogate has no UTF-8. */
function refuseLoneSurrogate(source: string, name: string): void {
  if (source.isWellFormed()) return;
  const at = [...source].findIndex((char) => !char.isWellFormed());
  const before = [...source].slice(0, at).join('').split('\n');
  const column = [...before.at(-1)!].length + 1;
  throw new RhaiSyntaxError(
    'A lone surrogate is not a character.',
    before.length,
    column,
    source.toWellFormed(),
    { script: name },
  );
}

export class Programs {
  readonly #byContent = new Map<string, Program>();
  #chars = 0;
  /** Texts that were known already. */
  hits = 0;

  constructor(
    private readonly maxSourceBytes: number,
    private readonly drop: (program: Program) => void,
  ) {}

  /** The program of a script's text under a name; throws what can be said without a parser. */
  of(source: string, name = '', open = false): Program {
    const key = name === '' && !open ? source : `${name.length}:${name}${open ? '?' : ''}\n${source}`;
    const known = this.#byContent.get(key);
    if (known?.source === source && known.name === name && known.open === open) {
      this.hits++;
      return known;
    }
    this.#check(source, name);
    const made = new Program(name, source, open);
    made.keeper = this;
    this.#byContent.set(key, made);
    this.#chars += source.length;
    while (this.#byContent.size > MAX_PROGRAMS || this.#chars > MAX_CHARS) this.#dropOldest();
    return made;
  }

  /** The same program as this engine has it: a Script may be another engine's, or pushed out of the cache since. */
  own(program: Program): Program {
    return program.keeper === this ? program : this.of(program.source, program.name, program.open);
  }

  get kept(): number {
    return this.#byContent.size;
  }

  #check(source: string, name: string): void {
    const limit = this.maxSourceBytes;
    if (limit !== 0 && source.length > limit) {
      throw new RhaiLimitError(
        `The script is larger than maxSourceBytes (${limit}).`,
        'maxSourceBytes',
        limit,
        { script: name },
      );
    }
    refuseLoneSurrogate(source, name);
  }

  #dropOldest(): void {
    const [key, program] = this.#byContent.entries().next().value!;
    this.#byContent.delete(key);
    program.keeper = undefined;
    this.#chars -= program.source.length;
    this.drop(program);
  }
}
