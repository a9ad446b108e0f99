// A buffer seen as words and as bytes. Between rings, messages and an instance's memory records are copied, mostly some ten words of
// them: a loop over words takes a tenth of what two views and a `set` take.

/** Above this, views and a `set` are faster. */
const FEW_BYTES = 512;

export class Bytes {
  readonly words: Uint32Array;
  #bytes: Uint8Array | undefined;

  constructor(readonly buffer: ArrayBuffer) {
    this.words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= new Uint8Array(this.buffer));
  }
}

/** Copies `count` bytes; a loop where all of it are whole words. */
export function copy(from: Bytes, at: number, to: Bytes, toAt: number, count: number): void {
  if (count > FEW_BYTES || ((at | toAt | count) & 3) !== 0)
    return to.bytes.set(from.bytes.subarray(at, at + count), toAt);
  const source = from.words;
  const target = to.words;
  const end = (at + count) >>> 2;
  for (let i = at >>> 2, j = toAt >>> 2; i < end; i++, j++) target[j] = source[i]!;
}
