// Big texts and blobs cross in buffers of their own: the record holds a buffer's number and length, and nobody copies
// the bytes from record to record. A core that carries such buffers is their store; without one all is written inline.

import { utf8Length, Views } from './views.js';

/** Texts (in chars) and blobs from here on go aside. */
export const MIN_ASIDE = 16 << 10;
/** From here on a string over foreign memory is cheaper than a copy of it, also for the garbage collection. */
const MIN_UNCOPIED = 128 << 10;
/** Texts up to here go through a buffer that stays; it is shared, for nobody holds it across a call. */
const KEPT_BYTES = 1 << 22;
const NO_BUFFER = 0xffffffff;
/** V8 keeps text without such a char at one byte each, and knows that this finds none there without looking at it. */
const WIDE = /[^\x00-\xff]/;

/** Side buffers of a core: `spillPut…` and `spillDrop` of what goes in, `spillTake`, `spillText` and `spillRead` of what comes out. */
export interface AsideStore {
  spillPut(bytes: Uint8Array): number;
  /** Of text without chars above 255; NO_BUFFER when it has one above 127. */
  spillPutText(text: string): number;
  spillDrop(id: number): void;
  spillTake(id: number): ArrayBuffer;
  /** The buffer as a string that needs no copy of it; for ASCII alone. */
  spillText(id: number): string;
  /** Copies the buffer to `target` and frees it. */
  spillRead(id: number, target: Uint8Array): void;
}

/**
 * Lets V8 collect what is young. It does so by itself when it makes a buffer while young ones hold some 32 MB, but does not look when
 * it is given one: foreign memory then lasts until a whole collection, ten times as long and three times as much memory later.
 */
function offerCollection(): void {
  Reflect.construct(ArrayBuffer, [8]); // `new` without a use is left out by bundlers
}

let kept: Views | undefined;

function scratch(bytes: number): Views {
  if (bytes > KEPT_BYTES) return new Views(new ArrayBuffer(bytes));
  if (kept === undefined || kept.u8.length < bytes) {
    let size = MIN_ASIDE * 4;
    while (size < bytes) size *= 2;
    kept = new Views(new ArrayBuffer(size));
  }
  return kept;
}

export class Asides {
  /** `onBig` is told of every value that leaves with its memory. */
  constructor(
    private readonly store: AsideStore,
    private readonly onBig: () => void,
  ) {}

  /** The text's UTF-8; only valid until the next text. */
  utf8(text: string): Uint8Array {
    const most = text.length * 3;
    const views = scratch(most <= KEPT_BYTES ? most : utf8Length(text));
    return views.u8.subarray(0, views.writeUtf8(text, 0));
  }

  /** Gives the core the text at a byte per char; undefined where it is not ASCII. */
  putAscii(text: string): number | undefined {
    if (WIDE.test(text)) return undefined;
    const id = this.store.spillPutText(text);
    return id === NO_BUFFER ? undefined : id;
  }

  /** Gives the core a copy of `bytes`. */
  put(bytes: Uint8Array): number {
    return this.store.spillPut(bytes);
  }

  /** The record that names it is not sent. */
  drop(id: number): void {
    this.store.spillDrop(id);
  }

  blob(id: number, bytes: number): Uint8Array {
    if (bytes >= MIN_UNCOPIED) {
      this.onBig();
      offerCollection();
    }
    return new Uint8Array(this.store.spillTake(id));
  }

  text(id: number, bytes: number, isAscii: boolean): string {
    if (isAscii && bytes >= MIN_UNCOPIED) {
      this.onBig();
      return this.store.spillText(id);
    }
    const views = bytes <= KEPT_BYTES ? scratch(bytes) : new Views(this.store.spillTake(id));
    if (bytes <= KEPT_BYTES) this.store.spillRead(id, views.u8);
    return isAscii ? views.ascii(0, bytes) : views.utf8(0, bytes);
  }

  /** Frees a buffer that nobody reads, if it is still there. */
  release(id: number): void {
    try {
      this.store.spillTake(id);
    } catch {
      // It was read before.
    }
  }
}
