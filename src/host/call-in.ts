// Calls a host function in the async context of its run. Its own name is a border in stacks: below it they are ours.

import type { HOST_CALL } from '../errors/stack.js';
import { resourceOf, type AsyncScope } from '../platform/async-scope.js';
import type { HostHandler } from './functions.js';

type Call = (scope: AsyncScope | undefined, fn: HostHandler, args: readonly unknown[]) => unknown;

/** A method, because minifiers keep the names of properties. */
const calls: Record<typeof HOST_CALL, Call> = {
  /** The usual numbers of arguments are spelled out: spreading makes arrays. */
  rhaiHostCall(scope, fn, args) {
    const resource = scope && resourceOf(scope);
    if (resource === undefined) {
      switch (args.length) {
        case 0:
          return fn();
        case 1:
          return fn(args[0]);
        case 2:
          return fn(args[0], args[1]);
        default:
          return fn(...args);
      }
    }
    switch (args.length) {
      case 0:
        return resource.runInAsyncScope(fn, undefined);
      case 1:
        return resource.runInAsyncScope(fn, undefined, args[0]);
      case 2:
        return resource.runInAsyncScope(fn, undefined, args[0], args[1]);
      default:
        return resource.runInAsyncScope(fn, undefined, ...args);
    }
  },
};

/** Calls a function in an async scope. */
export const callIn: Call = calls.rhaiHostCall;
