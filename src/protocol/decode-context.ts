// What every reader of one core shares: the shapes it has heard of, how values are wanted, and how far bytes are trusted.
// Also the blank arrays that readers fill: own elements from the start, so that no setter on a prototype is ever called.

import type { Asides } from './asides.js';
import { MAX_DEPTH } from './constants.js';
import type { HandleResolver } from './handles.js';
import { prototypesAreClean, setOwn } from './intrinsics.js';
import { MalformedRecord } from './problem.js';
import type { InShape } from './shapes.js';
import { ShortTexts } from './short-texts.js';

/** How ints reach JavaScript: numbers while they are safe, always bigints, or always numbers. */
export type Int64Mode = 'auto' | 'bigint' | 'number';

/** State that all readers of one core share: shapes, and how values are wanted. */
export class DecodeContext {
  readonly shapes: (InShape | undefined)[] = [];
  readonly texts = new ShortTexts();
  int64: Int64Mode = 'auto';
  handles: HandleResolver | undefined;
  /** Where values that were put aside are. */
  asides: Asides | undefined;
  /** The bytes come from outside: text is checked too (a core of ours writes only well-formed text). */
  strict = false;
  maxDepth = MAX_DEPTH;

  #clean: boolean | undefined;

  /** May large containers be filled by plain assignment? Asked at most once per batch: the answer costs a little. */
  get clean(): boolean {
    return (this.#clean ??= prototypesAreClean());
  }

  /** User code has run since: it may have changed the prototypes. */
  startBatch(): void {
    this.#clean = undefined;
  }
}

/** Made when it is first needed: making it is an eighth of a millisecond of everybody's import. */
let strictUtf8: InstanceType<typeof TextDecoder> | undefined;

/** Throws for bytes that are not UTF-8. */
export function checkUtf8(bytes: Uint8Array): void {
  try {
    (strictUtf8 ??= new TextDecoder('utf-8', { fatal: true })).decode(bytes);
  } catch {
    throw new MalformedRecord('not UTF-8');
  }
}

export function checkAscii(bytes: Uint8Array): void {
  for (const byte of bytes) if (byte > 127) throw new MalformedRecord('not ASCII');
}

const MAX_TEMPLATE = 32;
/** By length, each made when it is first needed. */
const templates: unknown[][] = [];

function templateOf(n: number): unknown[] {
  const template = new Array<unknown>(n).fill(null);
  setOwn(templates, n, template);
  return template;
}

/** An array of `n` own elements, or an empty one where plain assignment is known to make own elements. */
export function blankArray(n: number, context: DecodeContext): unknown[] {
  if (n <= MAX_TEMPLATE) return (templates[n] ?? templateOf(n)).slice();
  if (context.clean) return n < 1 << 16 ? new Array<unknown>(n) : [];
  const out: unknown[] = [];
  for (let i = 0; i < n; i++) setOwn(out, i, null);
  return out;
}
