// Calls a host function in the async context of its run.

import type { AsyncScope } from '../platform/async-scope.js';
import type { HostHandler } from './functions.js';

/** Calls a function in an async scope. The usual numbers of arguments are spelled out: spreading makes arrays. */
export function callIn(scope: AsyncScope | undefined, fn: HostHandler, args: readonly unknown[]): unknown {
  if (scope === undefined) return fn(...args);
  switch (args.length) {
    case 0:
      return scope.runInAsyncScope(fn, undefined);
    case 1:
      return scope.runInAsyncScope(fn, undefined, args[0]);
    case 2:
      return scope.runInAsyncScope(fn, undefined, args[0], args[1]);
    default:
      return scope.runInAsyncScope(fn, undefined, ...args);
  }
}
