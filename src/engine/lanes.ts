// The lanes of one engine: a home core and its workers, opened when they are first needed, replaced when one breaks.
// Picks the worker with the fewest runs.

import { RhaiDisposedError } from '../errors/index.js';
import type { Backend } from '../backend/core.js';
import type { HostFunction } from '../host/functions.js';
import type { ResolvedOptions } from '../options/engine.js';
import { Lane, type LaneShared } from './lane.js';
import type { Program } from './programs.js';

export class Lanes {
  #home: Lane | undefined;
  readonly #workers: (Lane | undefined)[];
  #nextIndex = 0;
  #closed = false;

  constructor(
    private readonly backend: Backend,
    private readonly options: ResolvedOptions,
    private readonly shared: LaneShared,
  ) {
    this.#workers = new Array<Lane | undefined>(options.threads).fill(undefined);
  }

  /** The core of this thread: `eval`, the engine's scope, inline runs. */
  home(): Lane {
    return (this.#home ??= this.#open('home'));
  }

  get hasHome(): boolean {
    return this.#home !== undefined;
  }

  /** Where the next background run goes. */
  next(): Lane {
    if (this.options.inline) return this.home();
    const workers = this.#workers;
    let best = 0;
    for (let i = 0; i < workers.length; i++) {
      const live = workers[i]?.live ?? 0;
      if (live === 0) {
        best = i;
        break;
      }
      if (live < workers[best]!.live) best = i;
    }
    return (workers[best] ??= this.#open('worker'));
  }

  #open(kind: 'home' | 'worker'): Lane {
    if (this.#closed) throw new RhaiDisposedError();
    return new Lane(this.#nextIndex++, kind, this.backend, this.options.assistMicros, this.shared);
  }

  /** Open lanes, home first. */
  all(): Lane[] {
    return [this.#home, ...this.#workers].filter((lane) => lane !== undefined);
  }

  define(fn: HostFunction): void {
    for (const lane of this.all()) lane.define(fn);
  }

  undefine(fn: HostFunction): void {
    for (const lane of this.all()) lane.undefine(fn);
  }

  dropProgram(program: Program): void {
    for (const lane of this.all()) lane.dropProgram(program);
  }

  /** A broken lane is forgotten: the next run opens a new one. */
  forget(lane: Lane): void {
    if (this.#home === lane) this.#home = undefined;
    const worker = this.#workers.indexOf(lane);
    if (worker >= 0) this.#workers[worker] = undefined;
  }

  /** The end: a disposed engine that somebody keeps does not keep its buffers. */
  close(): void {
    this.#closed = true;
    for (const lane of this.all()) lane.close();
    this.#home = undefined;
    this.#workers.fill(undefined);
  }
}
