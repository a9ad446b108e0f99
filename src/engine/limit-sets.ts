// Limit sets: every distinct set of limits gets an id that a core is told once; runs then name the id.
// The engine's own set is number 0. Sets of single runs share a ring of ids, so that odd time-outs cannot pile up.

import { LIMIT_NAMES, type Limits } from '../options/limits.js';

const MAX_SETS = 256;

export interface LimitSet {
  readonly id: number;
  readonly limits: Readonly<Limits>;
}

function keyOf(limits: Readonly<Limits>): string {
  return LIMIT_NAMES.map((name) => limits[name]).join(' ');
}

export class LimitSets {
  readonly base: LimitSet;
  readonly #byKey = new Map<string, LimitSet>();
  #next = 1;

  constructor(limits: Readonly<Limits>) {
    this.base = { id: 0, limits };
  }

  of(limits: Readonly<Limits>): LimitSet {
    if (limits === this.base.limits) return this.base;
    const key = keyOf(limits);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.#byKey.size >= MAX_SETS) this.#forgetOldest();
    const made: LimitSet = { id: this.#next, limits };
    this.#next = this.#next >= MAX_SETS ? 1 : this.#next + 1;
    this.#byKey.set(key, made);
    return made;
  }

  /** Its id is used again; every lane remembers which set it sent last under an id. */
  #forgetOldest(): void {
    const [oldest] = this.#byKey.keys();
    if (oldest !== undefined) this.#byKey.delete(oldest);
  }
}
