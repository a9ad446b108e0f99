/**
 * Runs a module's start-up once, at build time: the module that comes out begins with its memory as it is afterwards, and does not have
 * the export `prepare` any more. Nobody waits for rhai's packages to be registered, and the code that did it can be left out.
 *
 * What it relies on: globals are as they were (the stack's pointer is back), and what lies below the data is the stack, so it is not kept.
 */

import { constant, DATA, DATA_COUNT, END, EXPORT, GLOBAL, list, MEMORY, moduleOf, Reader, sectionsOf, unsigned } from './binary.mjs';

const PAGE = 65536;
/** Zeros that are cheaper to write down than a new segment. */
const FEW_ZEROS = 16;

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

const dataSection = (all) => list(all.map(({ at, bytes }) => [0, ...constant(at), END, ...unsigned(bytes.length), ...bytes]));

/** The same limits with another beginning. */
function memorySection(body, pages) {
  const reader = new Reader(body);
  const [count, flags] = [reader.unsigned(), reader.byte()];
  if (count !== 1 || flags !== 1) throw new Error('not one memory with a maximum');
  reader.unsigned();
  return Buffer.from([1, 1, ...unsigned(pages), ...unsigned(reader.unsigned())]);
}

function withoutExport(body, name) {
  const entry = (reader) => {
    const found = reader.name();
    reader.byte();
    reader.unsigned();
    return found;
  };
  const entries = new Reader(body).list((reader) => {
    let found;
    const bytes = reader.passed((each) => (found = entry(each)));
    return { found, bytes };
  });
  return list(entries.filter(({ found }) => found !== name).map(({ bytes }) => bytes));
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
  if (stackBegin(body(GLOBAL)) > begin) throw new Error('the stack does not lie below the data');
  const memory = memoryAfter(bytes, prepare);
  const changed = new Map([
    [MEMORY, memorySection(body(MEMORY), memory.length / PAGE)],
    [EXPORT, withoutExport(body(EXPORT), prepare)],
    [DATA, dataSection(segments(memory, begin))],
  ]);
  const kept = sections.filter(({ id }) => id !== DATA_COUNT); // nothing asks for it: no instruction names a segment
  return moduleOf(kept.map(({ id, body: old }) => ({ id, body: changed.get(id) ?? old })));
}
