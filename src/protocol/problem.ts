// Why a value cannot cross, found deep inside it: the way back up adds each key, the top turns it into a RhaiValueError.
// So the path costs nothing while values are fine.

import { RhaiLimitError, RhaiValueError } from '../errors/index.js';

export type Key = string | number;

/** Thrown inside the codec only. */
export class Problem {
  readonly keys: Key[] = [];
  readonly owners: object[] = [];
  constructor(
    readonly text: string,
    readonly cause?: unknown,
    readonly tooDeep = false,
  ) {}

  at(owner: object, key: Key): this {
    this.owners.push(owner);
    this.keys.push(key);
    return this;
  }
}

/** What a container rethrows when its element `key` failed: user code that threw becomes a Problem too. */
export function within(error: unknown, owner: object, key: Key): unknown {
  if (error instanceof RhaiLimitError || error instanceof MalformedRecord) return error;
  const problem = error instanceof Problem ? error : new Problem('reading it threw an error', error);
  return problem.at(owner, key);
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

function step(key: Key): string {
  if (typeof key === 'number') return `[${key}]`;
  return IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** `$.users[3].avatar` from keys, outermost first. */
export function pathOf(keys: readonly Key[]): string {
  return '$' + keys.map(step).join('');
}

/** How many keys lead to the first container that contains itself, or 0. */
function cycleLength(owners: readonly object[]): number {
  const seen = new Set<object>();
  for (const [index, owner] of owners.entries()) {
    if (seen.has(owner)) return index;
    seen.add(owner);
  }
  return 0;
}

const SHOWN_KEYS = 12;

/** The error a user sees. */
export function valueError(error: unknown): unknown {
  if (error instanceof RhaiLimitError || error instanceof RhaiValueError || error instanceof MalformedRecord)
    return error;
  const problem = error instanceof Problem ? error : new Problem('reading it threw an error', error);
  const keys = problem.keys.reverse();
  const cycle = problem.tooDeep ? cycleLength(problem.owners.reverse()) : 0;
  const path = pathOf(cycle ? keys.slice(0, cycle) : keys);
  const shown = keys.length > SHOWN_KEYS && !cycle ? pathOf(keys.slice(0, SHOWN_KEYS)) + '…' : path;
  const text = cycle ? 'it contains itself' : problem.text;
  const details = problem.cause === undefined ? {} : { cause: problem.cause };
  return new RhaiValueError(`The value at ${shown} cannot cross: ${text}.`, path, details);
}

/** The bytes are not a record of this protocol; never the fault of a script or a host function. */
export class MalformedRecord extends Error {}
