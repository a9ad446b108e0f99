// Bytes to JavaScript values, by the table of API.md. Reads one record and never past its end; malformed bytes throw.
// Runs no user code: objects get own data properties, also when somebody has put setters on the prototypes.
// long because: one switch over every tag and the cursor it moves; apart, they would share private state.

import * as C from './constants.js';
import { blankArray, checkAscii, checkUtf8, type DecodeContext } from './decode-context.js';
import type { HandleResolver } from './handles.js';
import { hasOwn, setOwn } from './intrinsics.js';
import { MalformedRecord, Problem, valueError, within } from './problem.js';
import { inShape, type InShape } from './shapes.js';
import { MAX_SHORT_TEXT } from './short-texts.js';
import { RhaiChar, RhaiFloat, RhaiRange, RhaiTimestamp } from './wrappers.js';
import type { Views } from './views.js';

const NO_HANDLES: HandleResolver = {
  functionFor: () => null,
  functionUnread: () => undefined,
  objectFor: () => null,
  errorFor: () => null,
};
const WORD = 2 ** 32;

export class Decoder {
  p = 0;
  end = 0;
  /** Keeps Rhai types that JavaScript would lose (floats, chars), for values that go back into a script. */
  exact = false;
  readonly #u8: Uint8Array;
  readonly #dv: DataView;
  readonly #makeText = (start: number, end: number): string => this.views.ascii(start, end);
  #depth = 0;
  /** The value is only skipped: nothing in it is a problem, and no handle is opened. */
  #lenient = false;
  /** Where the value turned out to be a problem. */
  #failedAt = 0;

  constructor(
    private readonly views: Views,
    private readonly context: DecodeContext,
  ) {
    this.#u8 = views.u8;
    this.#dv = views.dv;
  }

  /** Begins at `start`; nothing at or after `end` is read. */
  open(start: number, end: number): void {
    this.p = start;
    this.end = end;
    this.#depth = 0;
    this.exact = false;
  }

  #take(bytes: number): number {
    const at = this.p;
    const next = at + bytes;
    if (next > this.end) throw new MalformedRecord('a record ends too early');
    this.p = next;
    return at;
  }

  u8(): number {
    return this.#u8[this.#take(1)]!;
  }

  u32(): number {
    return this.#dv.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#dv.getFloat64(this.#take(8), true);
  }

  /** What a run used, as every DONE record begins. */
  usage(): { operations: number; scriptMs: number; hostMs: number; queueMs: number } {
    const dv = this.#dv;
    const at = this.#take(32);
    return {
      operations: dv.getFloat64(at, true),
      scriptMs: dv.getFloat64(at + 8, true),
      hostMs: dv.getFloat64(at + 16, true),
      queueMs: dv.getFloat64(at + 24, true),
    };
  }

  /** A record's own text: u32 byte length and UTF-8. */
  text(): string {
    const bytes = this.u32();
    const at = this.#take(bytes);
    if (this.context.strict) checkUtf8(this.#u8.subarray(at, at + bytes));
    return this.views.utf8(at, at + bytes);
  }

  /** One whole value of the record, a variable's if it has a name; a RhaiValueError leaves the reader behind the value. */
  read(name?: string): unknown {
    const start = this.p;
    try {
      return this.value();
    } catch (error) {
      if (error instanceof Problem) {
        this.#skip(start);
        if (name !== undefined) error.at(this, name);
      }
      throw valueError(error);
    }
  }

  /** Reads a value again only for the shapes it defines. */
  #skip(start: number): void {
    this.#failedAt = this.p;
    this.p = start;
    this.#depth = 0;
    this.#lenient = true;
    this.value();
    this.#lenient = false;
  }

  private value(): unknown {
    const tag = this.u8();
    switch (tag) {
      case C.T_I32:
        return this.#int(this.#dv.getInt32(this.#take(4), true));
      case C.T_SSTR:
        return this.#ascii(this.u8());
      case C.T_SHAPE:
        return this.#known(this.u32());
      case C.T_UNIT:
        return null;
      case C.T_TRUE:
        return true;
      case C.T_FALSE:
        return false;
      case C.T_F64:
        return this.#float(this.f64());
      case C.T_I64:
        return this.#i64();
      case C.T_LSTR:
        return this.#ascii(this.u32());
      case C.T_STR:
        return this.text();
      case C.T_ARR:
        return this.#array();
      case C.T_MAP:
        return this.#map();
      case C.T_PI32:
        return this.#packedInts();
      case C.T_PF64:
        return this.#packedFloats();
      case C.T_BLOB:
        return this.#blob();
      default:
        return this.#rare(tag);
    }
  }

  #rare(tag: number): unknown {
    switch (tag) {
      case C.T_CHAR:
        return this.#char(this.u32());
      case C.T_RANGE:
        return this.#range();
      case C.T_TIMESTAMP:
        return this.#timestamp(this.f64());
      case C.T_FN:
        return this.#function();
      case C.T_HOST_OBJECT:
        return this.#hostObject();
      case C.T_HOST_ERROR:
        return this.#handles().errorFor(this.u32(), this.string(), this.string(), this.string());
      case C.T_ASIDE_BLOB:
      case C.T_ASIDE_STR:
      case C.T_ASIDE_LSTR:
        return this.#aside(tag, this.u32(), this.u32());
      default:
        throw new MalformedRecord(`unknown value tag ${tag}`);
    }
  }

  #function(): unknown {
    const at = this.p;
    const slot = this.u32();
    const generation = this.u32();
    const name = this.string();
    if (this.#lenient && at >= this.#failedAt) this.context.handles?.functionUnread(slot, generation);
    return this.#handles().functionFor(slot, generation, name);
  }

  #hostObject(): unknown {
    const handle = this.u32();
    this.#take(this.u32()); // its declaration is for the other direction
    return this.#handles().objectFor(handle);
  }

  #handles(): HandleResolver {
    const handles = this.#lenient ? NO_HANDLES : this.context.handles;
    if (handles === undefined) throw new MalformedRecord('a handle where none can be');
    return handles;
  }

  #aside(tag: number, id: number, bytes: number): unknown {
    const { asides } = this.context;
    if (asides === undefined) throw new MalformedRecord('a side buffer where none can be');
    if (this.#lenient) return asides.release(id);
    return tag === C.T_ASIDE_BLOB ? asides.blob(id, bytes) : asides.text(id, bytes, tag === C.T_ASIDE_LSTR);
  }

  /** An array to be filled with `n` elements that no setter on a prototype gets to see. */
  list<T>(n: number): T[] {
    return blankArray(n, this.context) as T[];
  }

  /** A value that must be text. */
  string(): string {
    const value = this.value();
    if (typeof value !== 'string') throw new MalformedRecord('text expected');
    return value;
  }

  #ascii(bytes: number): string {
    const at = this.#take(bytes);
    if (this.context.strict) checkAscii(this.#u8.subarray(at, at + bytes));
    if (bytes > MAX_SHORT_TEXT) return this.views.ascii(at, at + bytes);
    return this.context.texts.get(this.#dv, at, bytes, this.#makeText);
  }

  #int(value: number): number | bigint {
    return this.context.int64 === 'bigint' && !this.exact ? BigInt(value) : value;
  }

  #i64(): number | bigint {
    const at = this.#take(8);
    const near = this.#dv.getInt32(at + 4, true) * WORD + this.#dv.getUint32(at, true);
    if (Number.isSafeInteger(near) && this.context.int64 !== 'bigint') return near;
    const exact = this.#dv.getBigInt64(at, true);
    if (this.context.int64 !== 'number' || this.exact || this.#lenient) return exact;
    throw new Problem(`the int ${exact} is not a safe number (option int64 is 'number')`);
  }

  #float(value: number): unknown {
    return this.exact ? new RhaiFloat(value) : value;
  }

  #char(scalar: number): unknown {
    if (scalar > 0x10ffff || (scalar >= 0xd800 && scalar < 0xe000))
      throw new MalformedRecord('not a character');
    const text = String.fromCodePoint(scalar);
    return this.exact ? new RhaiChar(text) : text;
  }

  #timestamp(epochMs: number): RhaiTimestamp {
    if (!Number.isFinite(epochMs)) throw new MalformedRecord('not a point in time');
    return new RhaiTimestamp(epochMs);
  }

  #range(): RhaiRange {
    const start = this.#i64();
    const end = this.#i64();
    const inclusive = this.u8();
    if (inclusive > 1) throw new MalformedRecord('neither inclusive nor exclusive');
    return new RhaiRange(start, end, inclusive === 1);
  }

  /** A length that the rest of the record can hold. */
  #count(minBytes: number): number {
    const n = this.u32();
    if (n * minBytes > this.end - this.p) throw new MalformedRecord('a length larger than its record');
    return n;
  }

  #enter(): void {
    if (++this.#depth > this.context.maxDepth) throw new MalformedRecord('nested too deeply');
  }

  #array(): unknown[] {
    const n = this.#count(1);
    this.#enter();
    const out = blankArray(n, this.context);
    let i = 0;
    try {
      for (; i < n; i++) out[i] = this.value();
    } catch (error) {
      throw within(error, out, i);
    }
    this.#depth--;
    return out;
  }

  #map(): object {
    const id = this.u32();
    const n = this.#count(1);
    const keys = this.list<string>(n);
    for (let i = 0; i < n; i++) keys[i] = this.string();
    if (this.context.strict && new Set(keys).size !== n) throw new MalformedRecord('a key twice');
    if (id === C.NO_SHAPE) return this.#loose(keys);
    if (id >= C.MAX_SHAPES) throw new MalformedRecord('too many shapes');
    const shape = inShape(keys);
    setOwn(this.context.shapes, id, shape);
    return this.#fields(shape);
  }

  #known(id: number): object {
    const shape = this.context.shapes[id];
    if (shape === undefined) throw new MalformedRecord('unknown shape');
    return this.#fields(shape);
  }

  #fields(shape: InShape): object {
    const { keys } = shape;
    this.#enter();
    const out: Record<string, unknown> = { ...shape.template };
    const n = keys.length;
    let i = 0;
    try {
      // A line for each of the first keys: V8 remembers at each the key and where it goes, and fills the usual object blindly.
      if (n > 0) out[keys[(i = 0)]!] = this.value();
      if (n > 1) out[keys[(i = 1)]!] = this.value();
      if (n > 2) out[keys[(i = 2)]!] = this.value();
      if (n > 3) out[keys[(i = 3)]!] = this.value();
      if (n > 4) out[keys[(i = 4)]!] = this.value();
      if (n > 5) out[keys[(i = 5)]!] = this.value();
      if (n > 6) out[keys[(i = 6)]!] = this.value();
      if (n > 7) out[keys[(i = 7)]!] = this.value();
      if (n > 8) out[keys[(i = 8)]!] = this.value();
      if (n > 9) out[keys[(i = 9)]!] = this.value();
      if (n > 10) out[keys[(i = 10)]!] = this.value();
      if (n > 11) out[keys[(i = 11)]!] = this.value();
      for (i = 12; i < n; i++) out[keys[i]!] = this.value();
    } catch (error) {
      throw within(error, out, keys[i]!);
    }
    this.#depth--;
    return shape.hasThen ? this.#checked(out) : out;
  }

  /** A map whose shape is not remembered: a dictionary, or one with very many keys. */
  #loose(keys: readonly string[]): object {
    this.#enter();
    const out: Record<string, unknown> = {};
    const { clean } = this.context;
    let i = 0;
    try {
      for (; i < keys.length; i++) {
        const key = keys[i]!;
        const value = this.value();
        if (clean && !(key in out)) out[key] = value;
        else setOwn(out, key, value);
      }
    } catch (error) {
      throw within(error, out, keys[i]!);
    }
    this.#depth--;
    return this.#checked(out);
  }

  #checked(out: Record<string, unknown>): object {
    if (typeof out['then'] === 'function' && hasOwn(out, 'then')) {
      throw new Problem('a closure under the key `then` would make a promise adopt it').at(out, 'then');
    }
    return out;
  }

  #packedCount(unit: number): number {
    const n = this.u32();
    this.#take(-this.p & (unit - 1));
    if (this.#depth >= this.context.maxDepth) throw new MalformedRecord('nested too deeply');
    return n;
  }

  #packedInts(): unknown[] {
    const n = this.#packedCount(4);
    const base = this.#take(n * 4) >> 2;
    const { i32 } = this.views;
    const out = blankArray(n, this.context);
    if (this.context.int64 === 'bigint') for (let i = 0; i < n; i++) out[i] = this.#int(i32[base + i]!);
    else for (let i = 0; i < n; i++) out[i] = i32[base + i];
    return out;
  }

  #packedFloats(): unknown[] {
    const n = this.#packedCount(8);
    const base = this.#take(n * 8) >> 3;
    const { f64 } = this.views;
    const out = blankArray(n, this.context);
    for (let i = 0; i < n; i++) out[i] = this.#float(f64[base + i]!);
    return out;
  }

  #blob(): Uint8Array {
    const n = this.u32();
    const at = this.#take(n);
    return this.#u8.slice(at, at + n);
  }
}
