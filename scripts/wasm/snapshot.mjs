/**
 * Runs a module's start-up once, at build time: the module that comes out begins with its memory as it is afterwards, and does not have
 * the export `prepare` any more. Nobody waits for rhai's packages to be registered, and the code that did it can be left out.
 *
 * What it relies on: globals are as they were (the stack's pointer is back), and what lies below the data is the stack, so it is not kept.
 */

const [MEMORY, GLOBALS, EXPORTS, DATA, DATA_COUNT] = [5, 6, 7, 11, 12];
const PAGE = 65536;
/** Zeros that are cheaper to write down than a new segment. */
const FEW_ZEROS = 16;

/** Reads numbers and names of the binary format, one after the other. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  byte() {
    return this.bytes[this.at++];
  }
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
}

function unsigned(value) {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/** An offset as the instruction `i32.const` has it: signed. */
function constant(value) {
  const bytes = [];
  for (; value >= 64; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [0x41, ...bytes, value, 0x0b];
}

function sectionsOf(bytes) {
  const reader = new Reader(bytes, 8);
  const sections = [];
  while (reader.at < bytes.length) sections.push({ id: reader.byte(), body: reader.take(reader.unsigned()) });
  return sections;
}

/** Where the first piece of data goes: a module's segments stand in order. */
function dataBegin(body) {
  const reader = new Reader(body);
  reader.unsigned(); // how many
  if (reader.unsigned() !== 0 || reader.byte() !== 0x41) throw new Error('the data does not begin with a segment of its own');
  return reader.unsigned();
}

/** Where the stack begins: the first global is its pointer, as the linker makes it. */
function stackBegin(body) {
  const reader = new Reader(body);
  reader.unsigned(); // how many
  const [type, isMutable, instruction] = [reader.byte(), reader.byte(), reader.byte()];
  if (type !== 0x7f || isMutable !== 1 || instruction !== 0x41) throw new Error('the first global is not the stack');
  return reader.unsigned();
}

/** The parts of the memory from `begin` on that are not zero. */
function segments(memory, begin) {
  const found = [];
  for (let at = begin; at < memory.length; ) {
    if (memory[at] === 0) {
      at++;
      continue;
    }
    let [end, zeros] = [at, 0];
    for (; end < memory.length && zeros < FEW_ZEROS; end++) zeros = memory[end] === 0 ? zeros + 1 : 0;
    found.push({ at, bytes: memory.subarray(at, end - zeros) });
    at = end;
  }
  return found;
}

const dataSection = (all) =>
  Buffer.concat([
    Buffer.from(unsigned(all.length)),
    ...all.flatMap(({ at, bytes }) => [Buffer.from([0, ...constant(at), ...unsigned(bytes.length)]), bytes]),
  ]);

/** The same limits with another beginning. */
function memorySection(body, pages) {
  const reader = new Reader(body);
  const [count, flags] = [reader.unsigned(), reader.byte()];
  if (count !== 1 || flags !== 1) throw new Error('not one memory with a maximum');
  reader.unsigned();
  return Buffer.from([1, 1, ...unsigned(pages), ...unsigned(reader.unsigned())]);
}

function withoutExport(body, name) {
  const reader = new Reader(body);
  const kept = [];
  for (let left = reader.unsigned(); left > 0; left--) {
    const begin = reader.at;
    const found = reader.name();
    reader.byte();
    reader.unsigned();
    if (found !== name) kept.push(body.subarray(begin, reader.at));
  }
  return Buffer.concat([Buffer.from(unsigned(kept.length)), ...kept]);
}

/** Imports that must not be needed yet. */
function noImports(module) {
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {
      throw new Error(`the start-up asks for ${from}.${name}`);
    };
  }
  return imports;
}

/** The memory after `prepare`. */
function memoryAfter(bytes, prepare) {
  const module = new WebAssembly.Module(bytes);
  const { exports } = new WebAssembly.Instance(module, noImports(module));
  exports[prepare]();
  return new Uint8Array(exports.memory.buffer);
}

/** The module after `prepare`, as bytes. */
export function snapshot(bytes, prepare) {
  const sections = sectionsOf(bytes);
  const body = (id) => sections.find((section) => section.id === id).body;
  const begin = dataBegin(body(DATA));
  if (stackBegin(body(GLOBALS)) > begin) throw new Error('the stack does not lie below the data');
  const memory = memoryAfter(bytes, prepare);
  const changed = new Map([
    [MEMORY, memorySection(body(MEMORY), memory.length / PAGE)],
    [EXPORTS, withoutExport(body(EXPORTS), prepare)],
    [DATA, dataSection(segments(memory, begin))],
  ]);
  const parts = sections
    .filter(({ id }) => id !== DATA_COUNT) // nothing asks for it: no instruction names a segment
    .map(({ id, body: old }) => ({ id, body: changed.get(id) ?? old }))
    .flatMap(({ id, body: is }) => [Buffer.from([id, ...unsigned(is.length)]), is]);
  return Buffer.concat([bytes.subarray(0, 8), ...parts]);
}
