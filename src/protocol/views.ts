// One buffer seen through every view the codec needs, made once per buffer: never per record.
// Text goes through Node's Buffer where there is one, else through TextDecoder and TextEncoder.

/** Functions of Node's Buffer that work on any Uint8Array: so none is made a Buffer. */
interface NodeText {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  utf8Write(this: Uint8Array, text: string, offset: number): number;
}

interface NodeBufferClass {
  readonly prototype: NodeText;
  byteLength(text: string): number;
}

const NodeBuffer = (globalThis as unknown as { Buffer?: NodeBufferClass }).Buffer;
const { latin1Slice, utf8Slice, utf8Write }: Partial<NodeText> = NodeBuffer?.prototype ?? {};
/** Where there is no Buffer, and made when they are first needed. */
let decoder: InstanceType<typeof TextDecoder> | undefined;
let encoder: InstanceType<typeof TextEncoder> | undefined;

function decoded(bytes: Uint8Array): string {
  return (decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })).decode(bytes);
}

export class Views {
  readonly u8: Uint8Array;
  readonly dv: DataView;
  readonly i32: Int32Array;
  readonly f64: Float64Array;

  constructor(readonly buffer: ArrayBuffer) {
    this.u8 = new Uint8Array(buffer);
    this.dv = new DataView(buffer);
    this.i32 = new Int32Array(buffer, 0, buffer.byteLength >>> 2);
    this.f64 = new Float64Array(buffer, 0, buffer.byteLength >>> 3);
  }

  /** ASCII bytes as a string. */
  ascii(start: number, end: number): string {
    if (latin1Slice) return latin1Slice.call(this.u8, start, end);
    return decoded(this.u8.subarray(start, end));
  }

  utf8(start: number, end: number): string {
    if (utf8Slice) return utf8Slice.call(this.u8, start, end);
    return decoded(this.u8.subarray(start, end));
  }

  /** Writes UTF-8 at `offset`, returns the number of bytes; the caller made room for it. */
  writeUtf8(text: string, offset: number): number {
    if (utf8Write) return utf8Write.call(this.u8, text, offset);
    return (encoder ??= new TextEncoder()).encodeInto(text, this.u8.subarray(offset)).written;
  }
}

/** Bytes of `text` in UTF-8. */
export function utf8Length(text: string): number {
  return NodeBuffer ? NodeBuffer.byteLength(text) : (encoder ??= new TextEncoder()).encode(text).length;
}
