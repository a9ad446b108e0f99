// The options of one run, checked and put into its task. Getters are read once.

import { flag, isRecord, listener } from '../options/check.js';
import { priorityOf, type RunOptions } from '../options/engine.js';
import { dateMs, mapEntries } from '../protocol/intrinsics.js';
import { checkSchema } from '../schema/standard.js';
import { checkVariable } from './scope.js';
import { checkSignal } from './signals.js';
import type { Task } from './task.js';

/** What every kind of run has. */
export function applyShared(task: Task, options: RunOptions): void {
  const { special } = task;
  special.onPrint = listener('onPrint', options.onPrint);
  special.onDebug = listener('onDebug', options.onDebug);
  const { schema, scope } = options;
  checkSchema('schema', schema);
  special.schema = schema;
  if (scope !== undefined) special.variables = variablesOf(scope);
}

/** What only runs in the background have. */
export function applyOptions(task: Task, options: RunOptions): void {
  const { special } = task;
  const { signal, priority, commit } = options;
  if (signal !== undefined) {
    checkSignal(signal);
    special.signal = signal;
  }
  special.priority = priorityOf(priority);
  special.commit = flag('commit', commit);
}

function variablesOf(scope: NonNullable<RunOptions['scope']>): [string, unknown][] {
  const entries = (isRecord(scope) && mapEntries(scope)) || ownEntries(scope);
  for (const [name] of entries) checkVariable(name);
  return entries as [string, unknown][];
}

/** What has properties for their names' sake: no list, no date, no bytes. */
function ownEntries(scope: unknown): [string, unknown][] {
  if (!isRecord(scope) || Symbol.iterator in scope || dateMs(scope) !== undefined)
    throw new TypeError('scope must be an object or a Map');
  return Object.entries(scope);
}
