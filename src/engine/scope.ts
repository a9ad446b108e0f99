// The engine's scope. It lives in the home core; this is the view of it: writes go there, reads are remembered until
// something may have changed it. Runs in the background start from a copy with exact Rhai types.

import { checkWord } from '../options/names.js';
import * as C from '../protocol/constants.js';
import { setOwn } from '../protocol/intrinsics.js';
import type { ValueLimits } from '../protocol/limits.js';
import type { Lane } from './lane.js';
import { valueOf, type Variable } from './scope-record.js';
import { writeVariable } from './start-record.js';

const NOTHING: readonly Variable[] = [];

/** A TypeError for anything that is not a variable's name. */
export function checkVariable(name: unknown): asserts name is string {
  checkWord('a variable name', name);
}

export class EngineScope {
  #copy: readonly Variable[] | undefined = NOTHING;
  #values: readonly Variable[] | undefined = NOTHING;

  constructor(
    private readonly home: () => Lane,
    private readonly limits: ValueLimits,
  ) {}

  /** Something may have changed a variable. */
  changed(): void {
    this.#copy = undefined;
    this.#values = undefined;
  }

  set(name: string, value: unknown, constant: boolean): void {
    checkVariable(name);
    const { port } = this.home();
    const record = port.begin(C.SET_VAR, 0, 0, this.limits);
    try {
      writeVariable(record, name, constant, value);
    } catch (error) {
      throw port.abort(error);
    }
    port.end();
    this.changed();
  }

  clear(): void {
    this.home().port.send(C.CLEAR_SCOPE, 0, 0);
    this.#copy = this.#values = NOTHING;
  }

  /** What a background run starts from. */
  copy(): readonly Variable[] {
    return (this.#copy ??= this.home().scope(true));
  }

  #read(): readonly Variable[] {
    const home = this.home();
    const values = (this.#values ??= home.scope(false));
    // Functions are not remembered: whoever gets one may dispose of it.
    if (home.handles.functions.size > 0) this.#values = undefined;
    return values;
  }

  get(name: string): unknown {
    checkVariable(name);
    const found = this.#read().find((variable) => variable.name === name);
    return found && fresh(valueOf(found));
  }

  all(): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const variable of this.#read()) setOwn(out, variable.name, fresh(valueOf(variable)));
    return out;
  }

  /** Writes back what a run with `commit` changed. */
  commit(variables: readonly Variable[]): void {
    for (const variable of variables) this.set(variable.name, valueOf(variable), variable.constant);
  }
}

/** A remembered container may be changed by whoever gets it: everybody gets their own. */
function fresh(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredCopy(value) : value;
}

function structuredCopy(value: object): unknown {
  if (Array.isArray(value)) return value.map(fresh);
  if (value instanceof Uint8Array) return value.slice();
  if (Object.isFrozen(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const out = {};
  for (const [key, item] of Object.entries(value)) setOwn(out, key, fresh(item));
  return out;
}
