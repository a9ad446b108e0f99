// Shapes: the key lists of maps, sent once per direction and core and then named by id.
// The outgoing side finds a shape by a small direct-mapped table (keys compare by pointer); only new key lists go through a Map.

import { MAX_SHAPES } from './constants.js';
import { setOwn } from './intrinsics.js';

const SLOTS = 512;
/** Larger maps are dictionaries: their keys do not come back. */
const MAX_SHAPE_KEYS = 64;

interface OutShape {
  readonly id: number;
  readonly keys: readonly string[];
}

function slotOf(keys: readonly string[]): number {
  const n = keys.length;
  const first = keys[0]!;
  const last = keys[n - 1]!;
  const code = first.charCodeAt(0) * 31 + last.charCodeAt(0) * 17 + first.length * 7 + last.length * 3 + n;
  return code & (SLOTS - 1);
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Shapes that JavaScript has sent. */
export class OutShapes {
  readonly #recent: (OutShape | undefined)[] = new Array<OutShape | undefined>(SLOTS).fill(undefined);
  readonly #known = new Map<string, OutShape>();
  #defined: string[] = [];
  #next = 0;

  /** The id of a known key list, or -1. */
  find(keys: readonly string[]): number {
    const n = keys.length;
    if (n === 0 || n > MAX_SHAPE_KEYS) return -1;
    const slot = slotOf(keys);
    const recent = this.#recent[slot];
    if (recent !== undefined && sameKeys(recent.keys, keys)) return recent.id;
    if (this.#known.size === 0) return -1;
    const known = this.#known.get(JSON.stringify(keys));
    if (known === undefined) return -1;
    this.#recent[slot] = known;
    return known.id;
  }

  /** Gives a new key list an id, or -1 when it is not worth remembering. */
  define(keys: readonly string[]): number {
    const n = keys.length;
    if (n === 0 || n > MAX_SHAPE_KEYS || this.#next >= MAX_SHAPES) return -1;
    const shape = { id: this.#next++, keys };
    const name = JSON.stringify(keys);
    this.#recent[slotOf(keys)] = shape;
    this.#known.set(name, shape);
    this.#defined.push(name);
    return shape.id;
  }

  /** The record was sent: its definitions stand. */
  commit(): void {
    if (this.#defined.length > 0) this.#defined = [];
  }

  /** The record was dropped: its definitions never reached the core. */
  rollback(): void {
    for (const name of this.#defined) {
      const shape = this.#known.get(name)!;
      this.#known.delete(name);
      const slot = slotOf(shape.keys);
      if (this.#recent[slot] === shape) this.#recent[slot] = undefined;
      this.#next--;
    }
    this.#defined = [];
  }
}

export interface InShape {
  readonly keys: readonly string[];
  /** Copied by spread: the copy has every key as an own property, whatever the prototypes say, in the final layout. */
  readonly template: Readonly<Record<string, unknown>>;
  readonly hasThen: boolean;
}

export function inShape(keys: readonly string[]): InShape {
  const template: Record<string, unknown> = {};
  for (const key of keys) setOwn(template, key, null);
  return { keys, template, hasThen: keys.includes('then') };
}
