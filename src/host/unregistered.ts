// Stands for a host function that is not in the table: a name nobody registered, a member of a host object.

import type { HostFunction } from './functions.js';

/** A function that nobody registered. */
export function unregistered(name: string): HostFunction {
  return {
    id: -1,
    name,
    handler: () => undefined,
    doc: '',
    params: undefined,
    returns: undefined,
    context: false,
    arity: -1,
    concurrency: 0,
    timeoutMs: -1,
  };
}
