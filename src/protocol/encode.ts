// JavaScript values to bytes, by the table of API.md: what cannot cross exactly is refused with its path, never bent.
// User code may run inside (getters, proxies), so nothing is cached over a property read; nesting is counted.
// long because: one switch over every kind of value and the cursor it moves; apart, they would share private state.

import { MIN_ASIDE, type Asides } from './asides.js';
import * as C from './constants.js';
import { writeFunction, writeHostObject } from './encode-handles.js';
import { NO_OBJECTS, type HandleSource } from './handles.js';
import type { HostObject } from './host-object.js';
import { isArray, isPlain, isView, objectKeys, prototypeOf } from './intrinsics.js';
import { checkSize, depthLimit } from './limits.js';
import { blobOf, exoticOf, type Exotic } from './exotic.js';
import { Problem, within } from './problem.js';
import { OutShapes } from './shapes.js';
import { Writer } from './writer.js';
import type { Views } from './views.js';

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;
const SHORT_CHARS = 32;
const MAX_SHORT = 255;
/** Objects with more keys are dictionaries, which V8 lists slowly. */
const FEW_KEYS = 64;
const WORD = 2 ** 32;

export class Encoder extends Writer {
  #depth = 0;
  #maxDepth = C.MAX_DEPTH;
  /** Host objects of the record in progress, once for each time. */
  objects: HostObject[] = NO_OBJECTS;
  /** What the open record has put aside. */
  #put: number[] = [];

  /** `shapes` is undefined for records written inside others: their order is not known yet. */
  constructor(
    ring: Views,
    private readonly shapes: OutShapes | undefined,
    private readonly asides?: Asides,
    private readonly handles?: HandleSource,
  ) {
    super(ring);
  }

  /** The record was sent, or dropped with what it has put aside. */
  settle(sent: boolean): void {
    if (this.#put.length > 0) {
      if (!sent) for (const id of this.#put) this.asides!.drop(id);
      this.#put = [];
    }
    this.close();
  }

  /** One whole value; a failure leaves the record unusable and says where. */
  encode(value: unknown): void {
    this.#depth = 0;
    this.#maxDepth = depthLimit(this.limits);
    this.value(value);
  }

  value(value: unknown): void {
    // Compared one by one: V8 asks for the type's name only where it goes through a switch.
    if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.string(value);
    else this.#other(value);
  }

  #other(value: unknown): void {
    switch (typeof value) {
      case 'boolean':
        return this.byte(value ? C.T_TRUE : C.T_FALSE);
      case 'undefined':
        return this.byte(C.T_UNIT);
      case 'bigint':
        return this.#bigint(value);
      case 'object':
        return value === null ? this.byte(C.T_UNIT) : this.#object(value);
      case 'function':
        return writeFunction(this, value, this.handles);
      default:
        throw new Problem(`a ${typeof value} has no meaning in a script`);
    }
  }

  #number(value: number): void {
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      this.ensure(5);
      this.u8[this.p] = C.T_I32;
      this.dv.setInt32(this.p + 1, value, true);
      this.p += 5;
    } else if (Number.isSafeInteger(value) && value !== 0) {
      this.#i64(value);
    } else {
      this.float(value);
    }
  }

  #i64(value: number): void {
    this.ensure(9);
    this.u8[this.p] = C.T_I64;
    this.dv.setInt32(this.p + 5, Math.floor(value / WORD), true);
    this.dv.setUint32(this.p + 1, value, true);
    this.p += 9;
  }

  float(value: number): void {
    this.ensure(9);
    this.u8[this.p] = C.T_F64;
    this.dv.setFloat64(this.p + 1, value, true);
    this.p += 9;
  }

  #bigint(value: bigint): void {
    if (value < I64_MIN || value > I64_MAX) throw new Problem(`${value} is outside of a 64-bit int`);
    if (value >= -0x8000_0000n && value <= 0x7fff_ffffn) return this.#number(Number(value));
    this.ensure(9);
    this.u8[this.p] = C.T_I64;
    this.dv.setBigInt64(this.p + 1, value, true);
    this.p += 9;
  }

  string(value: string): void {
    const n = value.length;
    if (n <= SHORT_CHARS && this.#short(value, n)) return;
    checkSize(this.limits, 'maxStringBytes', n); // before anything looks at all of it
    if (!value.isWellFormed()) throw new Problem('the text has a lone surrogate');
    if (n >= MIN_ASIDE && this.asides !== undefined) return this.#bigString(value, this.asides);
    this.ensure(5 + this.textRoom(value));
    const bytes = this.views.writeUtf8(value, this.p + 5);
    checkSize(this.limits, 'maxStringBytes', bytes);
    this.u8[this.p] = bytes === n ? C.T_LSTR : C.T_STR;
    this.dv.setUint32(this.p + 1, bytes, true);
    this.p += 5 + bytes;
  }

  #bigString(value: string, asides: Asides): void {
    this.checkRecord(value.length + 9);
    const ascii = asides.putAscii(value);
    // As UTF-8: that it is ASCII was seen already, and the core need not look again.
    if (ascii !== undefined) return this.#named(C.T_ASIDE_STR, ascii, value.length);
    const bytes = asides.utf8(value);
    checkSize(this.limits, 'maxStringBytes', bytes.length);
    this.#aside(C.T_ASIDE_STR, bytes, asides);
  }

  #aside(tag: number, bytes: Uint8Array, asides: Asides): void {
    this.checkRecord(bytes.length + 9);
    this.#named(tag, asides.put(bytes), bytes.length);
  }

  /** A buffer that was put aside. It is the record's from here on, whatever happens to it. */
  #named(tag: number, id: number, bytes: number): void {
    this.#put.push(id);
    this.asideBytes += bytes;
    this.ensure(9);
    this.u8[this.p] = tag;
    this.dv.setUint32(this.p + 1, id, true);
    this.dv.setUint32(this.p + 5, bytes, true);
    this.p += 9;
  }

  /** Writes short ASCII text; false when it is neither. */
  #short(value: string, n: number): boolean {
    this.ensure(2 + SHORT_CHARS);
    const u8 = this.u8;
    const at = this.p + 2;
    for (let i = 0; i < n; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) return false;
      u8[at + i] = code;
    }
    u8[this.p] = C.T_SSTR;
    u8[this.p + 1] = n & MAX_SHORT;
    this.p = at + n;
    return true;
  }

  #object(value: object): void {
    if (isView(value)) return this.#blob(value);
    if (++this.#depth > this.#maxDepth) {
      throw new Problem(`it is nested deeper than maxValueDepth (${this.#maxDepth})`, undefined, true);
    }
    if (isArray(value)) this.#array(value);
    else if (isPlain(prototypeOf(value))) this.#map(value, objectKeys(value));
    else this.#exotic(value, exoticOf(value));
    this.#depth--;
  }

  #array(array: readonly unknown[]): void {
    const n = array.length;
    checkSize(this.limits, 'maxArrayLength', n);
    if (n >= C.PACK_FROM && (this.#packedInts(array, n) || this.#packedFloats(array, n))) return;
    this.ensure(5 + n);
    this.u8[this.p] = C.T_ARR;
    this.dv.setUint32(this.p + 1, n, true);
    this.p += 5;
    let i = 0;
    try {
      for (; i < n; i++) this.value(array[i]);
    } catch (error) {
      throw within(error, array, i);
    }
  }

  #packedInts(array: readonly unknown[], n: number): boolean {
    if (typeof array[0] !== 'number') return false;
    this.ensure(8 + n * 4);
    const data = (this.p + 5 + 3) & ~3;
    const i32 = this.views.i32;
    const base = data >> 2;
    for (let i = 0; i < n; i++) {
      const item = array[i];
      if (typeof item !== 'number' || (item | 0) !== item || (item === 0 && 1 / item < 0)) return false;
      i32[base + i] = item;
    }
    return this.#packed(C.T_PI32, n, data, data + n * 4);
  }

  #packedFloats(array: readonly unknown[], n: number): boolean {
    if (typeof array[0] !== 'number') return false;
    this.ensure(12 + n * 8);
    const data = (this.p + 5 + 7) & ~7;
    const f64 = this.views.f64;
    const base = data >> 3;
    for (let i = 0; i < n; i++) {
      const item = array[i];
      if (typeof item !== 'number' || (Number.isSafeInteger(item) && (item !== 0 || 1 / item > 0)))
        return false;
      f64[base + i] = item;
    }
    return this.#packed(C.T_PF64, n, data, data + n * 8);
  }

  #packed(tag: number, n: number, data: number, end: number): true {
    this.u8[this.p] = tag;
    this.dv.setUint32(this.p + 1, n, true);
    this.u8.fill(0, this.p + 5, data);
    this.p = end;
    return true;
  }

  #blob(view: ArrayBufferView): void {
    const bytes = blobOf(view);
    const n = bytes.length;
    checkSize(this.limits, 'maxStringBytes', n);
    if (n >= MIN_ASIDE && this.asides !== undefined) return this.#aside(C.T_ASIDE_BLOB, bytes, this.asides);
    this.ensure(5 + n);
    this.u8[this.p] = C.T_BLOB;
    this.dv.setUint32(this.p + 1, n, true);
    this.u8.set(bytes, this.p + 5);
    this.p += 5 + n;
  }

  #map(map: object, keys: readonly string[]): void {
    const n = keys.length;
    checkSize(this.limits, 'maxMapSize', n);
    this.#shape(keys);
    let i = 0;
    try {
      if (n <= FEW_KEYS) {
        // V8 reads a property in `for … in` at its place; by name it looks the place up. Whatever is not as listed ends that.
        for (const key in map) {
          if (key !== keys[i]) break;
          this.value((map as Record<string, unknown>)[key]);
          i++;
        }
      }
      for (; i < n; i++) this.value((map as Record<string, unknown>)[keys[i]!]);
    } catch (error) {
      throw within(error, map, keys[i]!);
    }
  }

  /** The head of a map: a known shape's id, or the keys. */
  #shape(keys: readonly string[]): void {
    const known = this.shapes ? this.shapes.find(keys) : -1;
    if (known >= 0) {
      this.byte(C.T_SHAPE);
      return this.u32(known);
    }
    for (const key of keys) if (!key.isWellFormed()) throw new Problem('a key has a lone surrogate');
    const id = this.shapes ? this.shapes.define(keys) : -1;
    this.byte(C.T_MAP);
    this.u32(id < 0 ? C.NO_SHAPE : id);
    this.u32(keys.length);
    for (const key of keys) this.string(key);
  }

  #exotic(value: object, exotic: Exotic): void {
    switch (exotic.is) {
      case 'map':
        return this.#entries(value, exotic.keys, exotic.values);
      case 'float':
        return this.float(exotic.value);
      case 'char':
        this.byte(C.T_CHAR);
        return this.u32(exotic.scalar);
      case 'timestamp':
        this.byte(C.T_TIMESTAMP);
        return this.f64(exotic.ms);
      case 'range':
        this.ensure(18);
        this.u8[this.p] = C.T_RANGE;
        this.dv.setBigInt64(this.p + 1, exotic.start, true);
        this.dv.setBigInt64(this.p + 9, exotic.end, true);
        this.u8[this.p + 17] = exotic.inclusive ? 1 : 0;
        this.p += 18;
        return;
      case 'hostObject':
        return this.#hostObject(exotic.object);
    }
  }

  #hostObject(object: HostObject): void {
    writeHostObject(this, object, this.handles);
    if (this.objects === NO_OBJECTS) this.objects = [];
    this.objects.push(object);
  }

  #entries(map: object, keys: readonly string[], values: readonly unknown[]): void {
    checkSize(this.limits, 'maxMapSize', keys.length);
    this.#shape(keys);
    let i = 0;
    try {
      for (; i < keys.length; i++) this.value(values[i]);
    } catch (error) {
      throw within(error, map, keys[i]!);
    }
  }
}
