// How a run's promise settles: with the script's value, with what a schema makes of it, or with the error.

import { hasOwn } from '../protocol/intrinsics.js';
import { validated } from '../schema/validate.js';
import type { Task } from './task.js';

type Resolve = (value: any) => void;

/** The task has ended: so does the promise of `resolve`. */
export function settle(task: Task, resolve: Resolve): void {
  if (task.settled === 'failed') resolve(Promise.reject(task.error));
  else if (task.options.schema === undefined) resolve(unadopted(task.value));
  else check(task, resolve);
}

function check(task: Task, resolve: Resolve): void {
  try {
    const checked = validated(task.options.schema!, task.value, 'The result');
    resolve(checked instanceof Promise ? checked : unadopted(checked));
  } catch (error) {
    resolve(Promise.reject(error));
  }
}

/** Hides a `then` that somebody put on a prototype: a plain result is never adopted as a promise. */
function unadopted(value: unknown): unknown {
  if (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    !hasOwn(value, 'then')
  ) {
    if (typeof (value as { then?: unknown }).then === 'function')
      Object.defineProperty(value, 'then', { value: undefined });
  }
  return value;
}
