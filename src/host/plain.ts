// A host function without any options: the base of the engine's own ones, and what stands for a function that is not in
// the table (a name nobody registered, a member of a host object).

import type { HostFunction, HostHandler } from './functions.js';

/** A function that the table does not have. */
export function plain(name: string, handler: HostHandler = () => undefined): HostFunction {
  return {
    id: -1,
    name,
    handler,
    doc: '',
    params: undefined,
    returns: undefined,
    context: false,
    arity: -1,
    concurrency: 0,
    timeoutMs: -1,
  };
}
