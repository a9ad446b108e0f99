// The body of a START record: the program's flags, variables, and the function to call; and one variable of any record.
// A value that cannot cross is named by its variable or argument.

import * as C from '../protocol/constants.js';
import type { Encoder } from '../protocol/encode.js';
import { within } from '../protocol/problem.js';
import { valueOf, type Variable } from './scope-record.js';
import type { Task } from './task.js';

const NONE: readonly never[] = [];

export function writeStart(record: Encoder, task: Task, inherited: readonly Variable[]): void {
  const { options } = task;
  const own = options.variables ?? NONE;
  const hasScope = inherited.length + own.length > 0;
  const scope = hasScope ? C.START_SCOPE : 0;
  const waitedMs = options.queuedAtMs > 0 ? performance.now() - options.queuedAtMs : 0;
  const call = options.held ? C.START_FUNCTION : options.call ? C.START_CALL : 0;
  record.u32(
    scope |
      call |
      (task.sync ? C.START_OWN_SCOPE : 0) |
      (options.commit ? C.START_COMMIT : 0) |
      (waitedMs > 0 ? C.START_WAITED : 0) |
      (options.byHand ? C.START_BY_HAND : 0),
  );
  record.u32(options.priority | 0);
  if (waitedMs > 0) record.f64(waitedMs);
  if (hasScope) writeScope(record, inherited, own);
  if (options.held) {
    record.u32(options.held.handle.slot);
    record.u32(options.held.handle.generation);
  } else if (options.call) record.text(options.call.name);
  const args = (options.held ?? options.call)?.args;
  if (args === undefined) return;
  record.u32(args.length);
  args.forEach((arg, index) => at(index, () => record.encode(arg)));
}

function writeScope(
  record: Encoder,
  inherited: readonly Variable[],
  own: readonly (readonly [string, unknown])[],
): void {
  record.u32(inherited.length + own.length);
  for (const variable of inherited) {
    writeVariable(record, variable.name, variable.constant, valueOf(variable));
  }
  for (const [name, value] of own) writeVariable(record, name, false, value);
}

export function writeVariable(record: Encoder, name: string, constant: boolean, value: unknown): void {
  record.text(name);
  record.byte(constant ? 1 : 0);
  at(name, () => record.encode(value));
}

function at(key: string | number, encode: () => void): void {
  try {
    encode();
  } catch (error) {
    throw within(error, {}, key);
  }
}
