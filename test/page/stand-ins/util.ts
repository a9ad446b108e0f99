// What the conformance suite uses of node:util, in a page. An error shows itself through the same custom method.

const custom = Symbol.for('nodejs.util.inspect.custom');
type Show = (depth: number, options: object, show: typeof inspect) => string;

export function inspect(value: unknown): string {
  try {
    const show = (value as { [custom]?: Show } | null | undefined)?.[custom];
    return typeof show === 'function' ? show.call(value, 2, {}, inspect) : `${textOf(value)}`;
  } catch {
    return '[not printable]';
  }
}

function textOf(value: unknown): string {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && 'message' in value ? `Error: ${String(value.message)}` : String(value);
}

export function isDeepStrictEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  const keys = Object.keys(a);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || keys.length !== Object.keys(b).length)
    return false;
  return keys.every((key) => isDeepStrictEqual(a[key as never], b[key as never]));
}
