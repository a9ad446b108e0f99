// Short ASCII texts repeat (names, states, units): a small table gives the string that was made last time. Making one
// costs five times as much as finding it. A hit is verified char by char, and the table never grows.

const SLOTS = 256;
/** Longer texts are not looked for. */
export const MAX_SHORT_TEXT = 16;

export class ShortTexts {
  readonly #texts = new Array<string>(SLOTS).fill('');

  /** The text of `n` ASCII bytes from `at`; `make` makes it where the table has another one. */
  get(bytes: Uint8Array, at: number, n: number, make: (start: number, end: number) => string): string {
    let hash = n;
    for (let i = at; i < at + n; i++) hash = (hash * 31 + bytes[i]!) | 0;
    const slot = (hash ^ (hash >>> 8)) & (SLOTS - 1);
    const known = this.#texts[slot]!;
    return isSame(known, bytes, at, n) ? known : (this.#texts[slot] = make(at, at + n));
  }
}

function isSame(text: string, bytes: Uint8Array, at: number, n: number): boolean {
  if (text.length !== n) return false;
  for (let i = 0; i < n; i++) if (text.charCodeAt(i) !== bytes[at + i]) return false;
  return true;
}
