// Objects that are neither arrays nor plain: which Rhai value they stand for, or a refusal that names them.
// The slow path of the encoder; brands are checked without trusting the object.

import { HostObject } from './host-object.js';
import { checkView, dateMs, mapEntries, setOwn } from './intrinsics.js';
import { Problem } from './problem.js';
import { RhaiChar, RhaiFloat, RhaiRange, RhaiTimestamp } from './wrappers.js';

export type Exotic =
  | { is: 'float'; value: number }
  | { is: 'char'; scalar: number }
  | { is: 'timestamp'; ms: number }
  | { is: 'range'; start: bigint; end: bigint; inclusive: boolean }
  | { is: 'map'; keys: string[]; values: unknown[] }
  | { is: 'hostObject'; object: HostObject };

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;

function bound(value: number | bigint): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new Problem(`${value} is not the bound of a range`);
  const int = BigInt(value);
  if (int < I64_MIN || int > I64_MAX) throw new Problem(`${int} is outside of a 64-bit int`);
  return int;
}

function mapOf(entries: [unknown, unknown][]): Exotic {
  const keys: string[] = [];
  const values: unknown[] = [];
  for (const [at, [key, value]] of entries.entries()) {
    if (typeof key !== 'string') throw new Problem('a Map crosses only with string keys');
    setOwn(keys, at, key);
    setOwn(values, at, value);
  }
  return { is: 'map', keys, values };
}

function nameOf(value: object): string {
  const constructor: unknown = (value as { constructor?: unknown }).constructor;
  const name = typeof constructor === 'function' ? constructor.name : '';
  return typeof name === 'string' && name !== '' && name.length < 64 ? name : 'unknown class';
}

export function exoticOf(value: object): Exotic {
  if (value instanceof RhaiFloat && typeof value.value === 'number')
    return { is: 'float', value: value.value };
  if (value instanceof RhaiChar) return { is: 'char', scalar: value.value.codePointAt(0)! };
  if (value instanceof RhaiTimestamp) return { is: 'timestamp', ms: value.epochMs };
  if (value instanceof HostObject) return { is: 'hostObject', object: value };
  if (value instanceof RhaiRange) {
    return {
      is: 'range',
      start: bound(value.start),
      end: bound(value.end),
      inclusive: value.inclusive === true,
    };
  }
  const ms = dateMs(value);
  if (ms !== undefined) {
    if (Number.isNaN(ms)) throw new Problem('the Date is invalid');
    return { is: 'timestamp', ms };
  }
  const entries = mapEntries(value);
  if (entries !== undefined) return mapOf(entries);
  throw new Problem(
    `an object of ${nameOf(value)} has no meaning in a script (plain objects, arrays, Map, Date and bytes have; a HostObject can hold it)`,
  );
}

/** The bytes of any view; one without its buffer is refused. */
export function blobOf(view: ArrayBufferView): Uint8Array {
  try {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    if (bytes.length === 0) checkView(view);
    return bytes;
  } catch (error) {
    throw new Problem('its buffer is detached or too small for it', error);
  }
}
