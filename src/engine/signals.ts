// AbortSignals: one listener per signal, however many runs share it, and none left when they are over.

import type { Task } from './task.js';

const watched = new WeakMap<AbortSignal, Set<Task>>();

function onAbort(this: AbortSignal): void {
  const tasks = watched.get(this);
  watched.delete(this);
  for (const task of tasks ?? []) task.cancel(this.reason);
}

/** Cancels `task` when `signal` aborts. */
export function watch(signal: AbortSignal, task: Task): void {
  let tasks = watched.get(signal);
  if (tasks === undefined) {
    watched.set(signal, (tasks = new Set()));
    signal.addEventListener('abort', onAbort, { once: true });
  }
  tasks.add(task);
}

export function unwatch(signal: AbortSignal, task: Task): void {
  const tasks = watched.get(signal);
  if (tasks === undefined || !tasks.delete(task) || tasks.size > 0) return;
  watched.delete(signal);
  signal.removeEventListener('abort', onAbort);
}

/** A TypeError for anything that is not a signal. */
export function checkSignal(signal: unknown): asserts signal is AbortSignal {
  const looks = signal as Partial<AbortSignal> | null;
  if (typeof looks?.aborted !== 'boolean' || typeof looks.addEventListener !== 'function') {
    throw new TypeError('signal must be an AbortSignal');
  }
}
