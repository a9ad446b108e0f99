// Is the result of a host function a promise? Native ones are taken as they are; other thenables are adopted once,
// with the exactly-once rule of promises. A `then` that somebody put on Object.prototype makes nothing a promise.

import { hasOwn, prototypeOf } from '../protocol/intrinsics.js';

const { apply } = Reflect;

/** The promise behind `result`, or undefined when it is a plain value. May throw what a `then` getter throws. */
export function promiseOf(result: unknown): Promise<unknown> | undefined {
  if (result === null || (typeof result !== 'object' && typeof result !== 'function')) return undefined;
  if (result instanceof Promise) return result;
  const then: unknown = (result as { then?: unknown }).then;
  if (typeof then !== 'function') return undefined;
  const prototype = prototypeOf(result);
  const isPolluted = prototype === Object.prototype || prototype === Function.prototype;
  if (isPolluted && !hasOwn(result, 'then')) return undefined;
  return new Promise((resolve, reject) => apply(then, result, [resolve, reject]) as void);
}
