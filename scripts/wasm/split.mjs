/**
 * Parts a module in two: what a first script needs, and the rest, which is compiled when something of it is called. Both have every
 * function under its number; one that lives in the other part has a body of its own that calls through the table. So no body of either is
 * changed. The rest is kept behind the first part, in a section of its own: the whole is one file, and one module.
 */
import {
  calledBy,
  CODE,
  constant,
  CUSTOM,
  ELEMENT,
  END,
  EXPORT,
  FUNCTION,
  FUNCTIONS,
  GLOBAL,
  GLOBALS,
  IMPORT,
  list,
  MEMORIES,
  MEMORY,
  moduleOf,
  named,
  Reader,
  sectionsOf,
  sized,
  TABLE,
  TABLES,
  TYPE,
  unsigned,
} from './binary.mjs';

/** The import that makes the rest be there, and the global that says whether it is. */
const LOAD = 'load';
const LOADED = 'loaded';
/** Where the rest gets what it shares with the first part. */
const FIRST = 'first';

const I32 = 0x7f;
const [GLOBAL_GET, LOCAL_GET, CALL, CALL_INDIRECT, IF, NO_RESULT, EQZ, DROP, UNREACHABLE] = [
  0x23, 0x20, 0x10, 0x11, 0x04, 0x40, 0x45, 0x1a, 0x00,
];

/** What is needed of a module. */
class Parsed {
  constructor(bytes) {
    this.sections = sectionsOf(bytes);
    this.parameters = this.reader(TYPE).list((reader) => {
      reader.byte();
      const count = reader.list((each) => each.byte()).length;
      reader.list((each) => each.byte());
      return count;
    });
    this.imports = this.reader(IMPORT).list((reader) => {
      const [module, name, kind] = [reader.name(), reader.name(), reader.byte()];
      if (kind !== FUNCTIONS) throw new Error(`${module}.${name} is no function`);
      return { module, name, type: reader.unsigned() };
    });
    this.types = [...this.imports.map(({ type }) => type), ...this.reader(FUNCTION).list((each) => each.unsigned())];
    this.bodies = this.reader(CODE).list((reader) => reader.take(reader.unsigned()));
    this.globals = this.reader(GLOBAL).list((reader) => globalOf(reader));
    this.exports = this.reader(EXPORT).list((reader) => reader.passed(exportOf));
    this.exported = new Set(this.reader(EXPORT).list(exportOf).filter(({ kind }) => kind === FUNCTIONS).map(({ index }) => index));
    this.segments = this.reader(ELEMENT).list(segmentOf);
    this.table = tableOf(this.reader(TABLE));
  }
  reader(id) {
    return new Reader(this.body(id));
  }
  body(id) {
    return this.sections.find((section) => section.id === id).body;
  }
  bodyOf(index) {
    return this.bodies[index - this.imports.length];
  }
  /** Every function with a body. */
  *indices() {
    for (let index = this.imports.length; index < this.types.length; index++) yield index;
  }
}

function exportOf(reader) {
  return { name: reader.name(), kind: reader.byte(), index: reader.unsigned() };
}

function globalOf(reader) {
  const [type, isMutable] = [reader.byte(), reader.byte()];
  if (type !== I32) throw new Error('a global is no i32');
  const value = reader.passed((each) => {
    each.byte();
    each.unsigned();
    each.byte();
  });
  return { isMutable, bytes: Buffer.from([type, isMutable, ...value]) };
}

/** Functions of the table from `at` on. */
function segmentOf(reader) {
  if (reader.unsigned() !== 0 || reader.byte() !== 0x41) throw new Error('a segment of the table is not plain');
  const at = reader.unsigned();
  if (reader.byte() !== END) throw new Error('the place of a segment is not plain');
  return { at, functions: reader.list((each) => each.unsigned()) };
}

function tableOf(reader) {
  if (reader.unsigned() !== 1 || reader.byte() !== 0x70 || reader.byte() !== 1) throw new Error('not one table with a maximum');
  return { size: reader.unsigned() };
}

const segmentBytes = ({ at, functions }) => [0, ...constant(at), END, ...list(functions.map(unsigned))];

const tableType = (size) => [0x70, 1, ...unsigned(size), ...unsigned(size)];

/** A body that passes its arguments on to what stands in the table at `slot`, after `before`. */
function passOn(parsed, index, slot, before = []) {
  const type = parsed.types[index];
  const given = Array.from({ length: parsed.parameters[type] }, (_, at) => [LOCAL_GET, ...unsigned(at)]).flat();
  return Buffer.from([0, ...before, ...given, ...constant(slot), CALL_INDIRECT, ...unsigned(type), 0, END]);
}

/** Of a function that nobody calls here. */
const NOTHING = Buffer.from([0, UNREACHABLE, END]);

/** The functions of `these` that one of the others calls. */
function calledFromOutside(parsed, these) {
  const called = new Set();
  for (const index of parsed.indices()) if (!these.has(index)) for (const each of calledBy(parsed.bodyOf(index))) called.add(each);
  return [...called].filter((index) => these.has(index)).sort((a, b) => a - b);
}

const codeOf = (parsed, bodyOf) => list([...parsed.indices()].map((index) => sized(bodyOf(index))));

/** The section's bodies by its number, in the order of the format. */
const sections = (bodies) => Object.entries(bodies).map(([id, body]) => ({ id: Number(id), body })).sort((a, b) => a.id - b.id);

class Split {
  constructor(parsed, first) {
    this.parsed = parsed;
    // An export is what JavaScript calls: it knows the first part only.
    this.first = new Set([...first, ...parsed.exported]);
    this.rest = new Set([...parsed.indices()].filter((index) => !this.first.has(index)));
    this.intoRest = calledFromOutside(parsed, this.rest);
    this.intoFirst = calledFromOutside(parsed, this.first);
    const { size } = parsed.table;
    this.slots = new Map([...this.intoRest, ...this.intoFirst].map((index, at) => [index, size + at]));
    this.tableSize = size + this.slots.size;
    this.inTable = new Set(parsed.segments.flatMap(({ functions }) => functions));
  }

  firstPart() {
    const { parsed } = this;
    const loaded = parsed.globals.length;
    const load = parsed.imports.findIndex(({ name }) => name === LOAD);
    if (load < 0) throw new Error(`there is no import '${LOAD}'`);
    const before = [GLOBAL_GET, ...unsigned(loaded), EQZ, IF, NO_RESULT, CALL, ...unsigned(load), DROP, END];
    const bodyOf = (index) => {
      if (this.first.has(index)) return parsed.bodyOf(index);
      if (!this.slots.has(index) && !this.inTable.has(index)) return NOTHING;
      return passOn(parsed, index, this.#slotOf(index), before);
    };
    const shared = [
      [...named('table'), TABLES, 0],
      ...[...parsed.globals.keys()].map((index) => [...named(`global${index}`), GLOBALS, ...unsigned(index)]),
      [...named(LOADED), GLOBALS, ...unsigned(loaded)],
    ];
    const bodies = {
      [TABLE]: list([tableType(this.tableSize)]),
      [GLOBAL]: list([...parsed.globals.map(({ bytes }) => bytes), [I32, 1, ...constant(0), END]]),
      [EXPORT]: list([...parsed.exports, ...shared]),
      [ELEMENT]: list([...parsed.segments.map(segmentBytes), ...this.#crossing(this.intoFirst)]),
      [CODE]: codeOf(parsed, bodyOf),
    };
    return moduleOf(parsed.sections.map(({ id, body }) => ({ id, body: bodies[id] ?? body })));
  }

  /** By the way through which it is called from the other part; else by its first place in the table. */
  #slotOf(index) {
    const slot = this.slots.get(index);
    if (slot !== undefined) return slot;
    const { at, functions } = this.parsed.segments.find((segment) => segment.functions.includes(index));
    return at + functions.indexOf(index);
  }

  /** Functions of one part that the other calls stand one after the other. */
  #crossing(functions) {
    return functions.length === 0 ? [] : [segmentBytes({ at: this.slots.get(functions[0]), functions })];
  }

  restPart() {
    const { parsed } = this;
    const bodyOf = (index) => {
      if (this.rest.has(index)) return parsed.bodyOf(index);
      return this.slots.has(index) ? passOn(parsed, index, this.slots.get(index)) : NOTHING;
    };
    const from = (name, ...what) => [...named(FIRST), ...named(name), ...what];
    const memory = parsed.body(MEMORY).subarray(1);
    const imports = [
      ...parsed.imports.map(({ module, name, type }) => [...named(module), ...named(name), FUNCTIONS, ...unsigned(type)]),
      from('memory', MEMORIES, ...memory),
      from('table', TABLES, ...tableType(this.tableSize)),
      ...parsed.globals.map(({ isMutable }, index) => from(`global${index}`, GLOBALS, I32, isMutable)),
    ];
    const bodies = {
      [TYPE]: parsed.body(TYPE),
      [IMPORT]: list(imports),
      [FUNCTION]: parsed.body(FUNCTION),
      [ELEMENT]: list([...this.#restOfTable(), ...this.#crossing(this.intoRest)]),
      [CODE]: codeOf(parsed, bodyOf),
    };
    return moduleOf(sections(bodies));
  }

  /** Where the table has functions of the rest, in pieces. */
  #restOfTable() {
    const pieces = [];
    for (const { at, functions } of this.parsed.segments) {
      let piece;
      for (const [index, each] of functions.entries()) {
        if (!this.rest.has(each)) piece = undefined;
        else if (piece) piece.functions.push(each);
        else pieces.push((piece = { at: at + index, functions: [each] }));
      }
    }
    return pieces.map(segmentBytes);
  }
}

/** The two parts, each a module. `isFirst` says of a function's number whether a first script needs it. */
export function parted(bytes, isFirst) {
  const parsed = new Parsed(bytes);
  const split = new Split(parsed, [...parsed.indices()].filter(isFirst));
  return { first: split.firstPart(), rest: split.restPart() };
}

const section = (name, ...contents) => ({ id: CUSTOM, body: Buffer.concat([Buffer.from(named(name)), ...contents]) });

/** Where the head's section says what is where; src/backend/wasm/module.ts reads it. */
const PARTS_AT = 16;

/** The parts as one file: a head that says where the first part ends, the rest begins and all ends; the first part; the rest. */
export function joined({ first, rest }) {
  const head = section('parts', Buffer.alloc(12));
  const begin = moduleOf([head, ...sectionsOf(first)]);
  const file = Buffer.concat([begin, moduleOf([section('rest', rest)]).subarray(8)]);
  [begin.length, file.length - rest.length, file.length].forEach((value, at) => file.writeUInt32LE(value, PARTS_AT + 4 * at));
  return file;
}
