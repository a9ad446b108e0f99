// The buffers that messages travel in. A short one is copied by the platform out of a buffer that is used again, which takes a third of
// what it takes to make a buffer and to hand it over; a long one is handed over.

import { Bytes } from './bytes.js';

const SIZES = [256, 1024, 4096];

export class Envelopes {
  readonly #kept: (Bytes | undefined)[] = SIZES.map(() => undefined);

  /** Room for `bytes`, and maybe more, with anything in it; to be posted before the next one is asked for. */
  take(bytes: number): Bytes {
    const size = SIZES.findIndex((room) => bytes <= room);
    if (size < 0) return new Bytes(new ArrayBuffer(bytes));
    return (this.#kept[size] ??= new Bytes(new ArrayBuffer(SIZES[size]!)));
  }
}

/** What goes over to the other side with it. */
export function handedOver({ buffer }: Bytes): ArrayBuffer[] {
  return buffer.byteLength > SIZES.at(-1)! ? [buffer] : NOTHING;
}

const NOTHING: ArrayBuffer[] = [];
