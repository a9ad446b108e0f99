// One buffer seen through every view the codec needs, made once per buffer: never per record.
// Text goes through Node's Buffer where there is one, else through TextDecoder and TextEncoder.

interface NodeText extends Uint8Array {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number): number;
}

interface NodeBufferClass {
  from(buffer: ArrayBuffer): unknown;
  byteLength(text: string): number;
}

const NodeBuffer = (globalThis as unknown as { Buffer?: NodeBufferClass }).Buffer;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

export class Views {
  readonly u8: Uint8Array;
  readonly dv: DataView;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly #text: NodeText | undefined;

  constructor(readonly buffer: ArrayBuffer) {
    this.u8 = new Uint8Array(buffer);
    this.dv = new DataView(buffer);
    this.i32 = new Int32Array(buffer, 0, buffer.byteLength >>> 2);
    this.f64 = new Float64Array(buffer, 0, buffer.byteLength >>> 3);
    this.#text = NodeBuffer?.from(buffer) as NodeText | undefined;
  }

  /** ASCII bytes as a string. */
  ascii(start: number, end: number): string {
    if (this.#text) return this.#text.latin1Slice(start, end);
    return decoder.decode(this.u8.subarray(start, end));
  }

  utf8(start: number, end: number): string {
    if (this.#text) return this.#text.utf8Slice(start, end);
    return decoder.decode(this.u8.subarray(start, end));
  }

  /** Writes UTF-8 at `offset`, returns the number of bytes; the caller made room for it. */
  writeUtf8(text: string, offset: number): number {
    if (this.#text) return this.#text.utf8Write(text, offset);
    return encoder.encodeInto(text, this.u8.subarray(offset)).written;
  }
}

/** Bytes of `text` in UTF-8. */
export function utf8Length(text: string): number {
  return NodeBuffer ? NodeBuffer.byteLength(text) : encoder.encode(text).length;
}
