// Short ASCII texts repeat (names, states, units): a small table gives the string that was made last time. Making one
// costs five times as much as finding it. A hit is verified byte by byte, four at a time, and the table never grows.

const SLOTS = 256;
/** Longer texts are not looked for. */
export const MAX_SHORT_TEXT = 16;
const WORDS = MAX_SHORT_TEXT / 4;

/** By length, for each word of a text: the bits that are the text's. */
const MASKS = new Int32Array((MAX_SHORT_TEXT + 1) * WORDS);
for (let i = 0; i < MASKS.length; i++) {
  const bytes = (i >> 2) - (i & 3) * 4;
  if (bytes > 0) MASKS[i] = bytes >= 4 ? -1 : (1 << (bytes * 8)) - 1;
}

export class ShortTexts {
  readonly #texts = new Array<string>(SLOTS).fill('');
  /** The bytes of each text, zeros behind. */
  readonly #words = new Int32Array(SLOTS * WORDS);

  /** The text of `n` ASCII bytes from `at`; `make` makes it where the table has another one. */
  get(bytes: DataView, at: number, n: number, make: (start: number, end: number) => string): string {
    if (at + MAX_SHORT_TEXT > bytes.byteLength) return make(at, at + n);
    const mask = n * WORDS;
    const a = bytes.getInt32(at, true) & MASKS[mask]!;
    const b = bytes.getInt32(at + 4, true) & MASKS[mask + 1]!;
    const c = bytes.getInt32(at + 8, true) & MASKS[mask + 2]!;
    const d = bytes.getInt32(at + 12, true) & MASKS[mask + 3]!;
    const slot = slotOf(a ^ Math.imul(b, 31) ^ Math.imul(c, 961) ^ Math.imul(d, 29791) ^ n);
    const words = this.#words;
    const first = slot * WORDS;
    const known = this.#texts[slot]!;
    const isKnown =
      words[first] === a && words[first + 1] === b && words[first + 2] === c && words[first + 3] === d;
    if (isKnown && known.length === n) return known;
    words[first] = a;
    words[first + 1] = b;
    words[first + 2] = c;
    words[first + 3] = d;
    return (this.#texts[slot] = make(at, at + n));
  }
}

function slotOf(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> 24;
}
