// The async context of whoever starts a run, so that AsyncLocalStorage and its like work in host functions. Browsers have
// nothing of the kind: there a host function is simply called.

import { nodeModule } from './node.js';

/** Runs a function in the async context in which the scope was made. */
export interface AsyncScope {
  runInAsyncScope<R>(fn: (...args: any[]) => R, self: unknown, ...args: unknown[]): R;
}

const AsyncResource = nodeModule('node:async_hooks')?.AsyncResource;

/** The scope of the caller. */
export function asyncScope(): AsyncScope | undefined {
  return AsyncResource && new AsyncResource('RhaiRun');
}
