// Intrinsics captured when the module loads, and the question whether somebody has polluted the prototypes since.
// Brand checks work across realms (vm contexts); nothing here trusts `instanceof` or a property of the value.

const ObjectPrototype = Object.prototype;
const ArrayPrototype = Array.prototype;
const { getPrototypeOf, defineProperty, keys } = Object;
const { ownKeys, apply } = Reflect;

/** `fn` with its `this` as the first argument; later patches of Function.prototype do not matter. */
function uncurry<A extends unknown[], R>(fn: (...args: A) => R): (self: unknown, ...args: A) => R {
  return (self, ...args) => apply(fn, self, args) as R;
}

export const isArray = Array.isArray;
export const isView = ArrayBuffer.isView;
export const objectKeys = keys;
export const prototypeOf = getPrototypeOf;
export const hasOwn = Object.hasOwn;

const dateTime = uncurry(Date.prototype.getTime);
const mapSize = uncurry(Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get as () => number);
const mapForEach = uncurry(Map.prototype.forEach as (visit: (value: unknown, key: unknown) => void) => void);
const viewKeys = uncurry(Object.getPrototypeOf(Uint8Array.prototype).keys as () => unknown);
const promiseThen = Promise.prototype.then;
const functionBind = Function.prototype.bind;

/** Throws for a typed array whose buffer is detached or has become too small for it. */
export function checkView(view: ArrayBufferView): void {
  if (view instanceof DataView) void view.byteLength;
  else viewKeys(view);
}

/** `promise.then(...)` of the intrinsic, whatever was patched. */
export function thenNative(
  promise: Promise<unknown>,
  onValue?: (value: any) => unknown,
  onError?: (error: any) => unknown,
): void {
  void apply(promiseThen, promise, [onValue, onError]);
}

/** `fn.bind(self)` of the intrinsic. */
export function bindNative<S, A>(fn: (this: S, argument: A) => void, self: S): (argument: A) => void {
  return apply(functionBind, fn, [self]) as (argument: A) => void;
}

/** Milliseconds of a Date of any realm, or undefined for anything else. */
export function dateMs(value: object): number | undefined {
  try {
    return dateTime(value);
  } catch {
    return undefined;
  }
}

/** Entries of a Map of any realm, or undefined for anything else. */
export function mapEntries(value: object): [unknown, unknown][] | undefined {
  try {
    mapSize(value);
  } catch {
    return undefined;
  }
  const entries: [unknown, unknown][] = [];
  let n = 0;
  mapForEach(value, (item, key) => setOwn(entries, n++, [key, item]));
  return entries;
}

/** Is it a plain object: no prototype, or the Object.prototype of some realm? */
export function isPlain(prototype: object | null): boolean {
  if (prototype === ObjectPrototype || prototype === null) return true;
  return getPrototypeOf(prototype) === null && hasOwn(prototype, 'isPrototypeOf');
}

const CLEAN_OBJECT = ownKeys(ObjectPrototype).length;
const CLEAN_ARRAY = ownKeys(ArrayPrototype).length;

/** True when plain assignment on fresh objects and arrays is safe: nobody added a setter to their prototypes. */
export function prototypesAreClean(): boolean {
  return ownKeys(ObjectPrototype).length === CLEAN_OBJECT && ownKeys(ArrayPrototype).length === CLEAN_ARRAY;
}

/** An own, enumerable, writable data property, whatever the prototype says. */
export function setOwn(target: object, key: string | number, value: unknown): void {
  // Without a prototype: a `get` that somebody put on Object.prototype would be read as a part of it.
  const property = { __proto__: null, value, writable: true, enumerable: true, configurable: true };
  defineProperty(target, key, property as PropertyDescriptor);
}
