// The functions that every engine has: those whose waiting must not hold a thread, and those that need the host.

import { emit } from './emit.js';
import type { Functions } from './functions.js';
import { sleep } from './sleep.js';

export function registerOwn(functions: Functions): void {
  const waits = { context: true, arity: 1, timeoutMs: 0, returns: '()' } as const;
  functions.register('sleep', sleep, {
    ...waits,
    doc: 'Waits for a number of seconds; nothing else waits meanwhile.',
    params: { seconds: 'float' },
  });
  functions.register('emit', emit, {
    ...waits,
    doc: 'Gives a value to whoever reads the script with evalStream(), and waits while nobody does.',
    params: { value: '?' },
  });
}
