/** The binary format of WebAssembly, as far as the build takes modules apart: numbers, names, sections, and which functions a body names. */

/** Numbers of sections. */
export const [CUSTOM, TYPE, IMPORT, FUNCTION, TABLE, MEMORY, GLOBAL, EXPORT, ELEMENT, CODE, DATA, DATA_COUNT] = [
  0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12,
];

/** Of instructions and of kinds of imports and exports. */
export const [FUNCTIONS, TABLES, MEMORIES, GLOBALS] = [0, 1, 2, 3];
export const END = 0x0b;

/** Reads numbers and names, one after the other. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  byte() {
    return this.bytes[this.at++];
  }
  /** (Also skips a signed one.) */
  unsigned() {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }
  take(count) {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
  name() {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }
  /** What `read` gives, as often as the number in front says. */
  list(read) {
    return Array.from({ length: this.unsigned() }, () => read(this));
  }
  /** What `read` passes, as bytes. */
  passed(read) {
    const begin = this.at;
    read(this);
    return this.bytes.subarray(begin, this.at);
  }
}

export function unsigned(value) {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/** The instruction `i32.const`, whose number is signed. */
export function constant(value) {
  const bytes = [];
  for (; value >= 64; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [0x41, ...bytes, value];
}

export const named = (text) => [...unsigned(text.length), ...Buffer.from(text)];

/** A list as its section has it; its parts are bytes. */
export const list = (parts) =>
  Buffer.concat([Buffer.from(unsigned(parts.length)), ...parts.map((part) => Buffer.from(part))]);

/** A section's or a function's body with its length in front. */
export const sized = (body) => Buffer.concat([Buffer.from(unsigned(body.length)), body]);

export function sectionsOf(bytes) {
  const reader = new Reader(bytes, 8);
  const sections = [];
  while (reader.at < bytes.length) sections.push({ id: reader.byte(), body: reader.take(reader.unsigned()) });
  return sections;
}

const HEAD = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

export const moduleOf = (sections) =>
  Buffer.concat([HEAD, ...sections.flatMap(({ id, body }) => [Buffer.from([id]), sized(body)])]);

/** A memory access: alignment and offset. */
const twoNumbers = (reader) => {
  reader.unsigned();
  reader.unsigned();
};
const oneNumber = (reader) => reader.unsigned();

/** After 0xfc, by the second number: how many more there are. */
const WIDE = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

function wide(reader) {
  const code = reader.unsigned();
  if (code >= WIDE.length) throw new Error(`instruction 0xfc ${code} is not known here`);
  for (let left = WIDE[code]; left > 0; left--) reader.unsigned();
}

/** What follows an instruction of that code; those that are not here have nothing behind them. */
function immediate(code, reader) {
  if (code >= 0x28 && code <= 0x3e) return twoNumbers(reader);
  if (code >= 0x20 && code <= 0x26) return oneNumber(reader);
  if ((code >= 0x02 && code <= 0x04) || code === 0x0c || code === 0x0d) return oneNumber(reader);
  if (code === 0x0e) {
    reader.list(oneNumber);
    return oneNumber(reader);
  }
  if (code === 0x11) return twoNumbers(reader);
  if (code === 0x1c) return reader.list(oneNumber);
  if (code >= 0x3f && code <= 0x42) return oneNumber(reader);
  if (code === 0x43 || code === 0x44) return reader.take(code === 0x43 ? 4 : 8);
  if (code === 0xd0) return oneNumber(reader);
  if (code === 0xfc) return wide(reader);
  if (code > 0xd2 || (code > 0x10 && code < 0x1a)) throw new Error(`instruction 0x${code.toString(16)} is not known here`);
}

const [CALL, REF_FUNC] = [0x10, 0xd2];

/** The functions that a body calls or names; not by way of a table. */
export function calledBy(body) {
  const reader = new Reader(body);
  reader.list(twoNumbers); // locals
  const called = new Set();
  while (reader.at < body.length) {
    const code = reader.byte();
    if (code === CALL || code === REF_FUNC) called.add(reader.unsigned());
    else immediate(code, reader);
  }
  return called;
}
