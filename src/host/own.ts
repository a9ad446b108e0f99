// The functions that every engine has: those whose waiting must not hold a thread, and those that need the host.
// They are right as they are: to check them like those of users took 0.3 ms of a cold start.

import { emit } from './emit.js';
import type { Functions } from './functions.js';
import { plain } from './plain.js';
import { sleep } from './sleep.js';

export function registerOwn(functions: Functions): void {
  const waits = { context: true, arity: 1, timeoutMs: 0, returns: '()' } as const;
  functions.add({
    ...plain('sleep', sleep),
    ...waits,
    doc: 'Waits for a number of seconds; nothing else waits meanwhile.',
    params: [{ name: 'seconds', type: 'float' }],
  });
  functions.add({
    ...plain('emit', emit),
    ...waits,
    doc: 'Gives a value to whoever reads the script with evalStream(), and waits while nobody does.',
    params: [{ name: 'value', type: '?' }],
  });
}
