// The core in WebAssembly, in Node: a script stops at a host call and goes on with the reply. Without a thread, without shared memory.
import { fileURLToPath } from 'node:url';
import { wasmIsBuilt } from './wasm-built.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Id, Module, Record, type Received } from './wasm-module.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const REQUEST = 1;
const DONE = 2;
const START = 1;
const REPLY = 2;
const COMPILE = 5;
const DEFINE = 7;
const LIMITS = 9;
const askId = 7;
const program = 1;

const none: Id = { slot: 0, generation: 0 };
const define = new Record(DEFINE, { slot: askId, generation: 0 }).text('ask').f64(-1).bytes();
const limits = new Record(LIMITS, none).f64(...Array<number>(12).fill(0)).bytes();
const compile = (source: string) =>
  new Record(COMPILE, { slot: program, generation: 0 }).u32(0, 0).text('smoke').text(source).bytes();
const start = (run: Id) => new Record(START, run).u32(program, 0, 0, 0).bytes();
const reply = (request: Id, value: number) => new Record(REPLY, request).integer(value).bytes();

/** A value that must be an integer of 32 bits. */
function integer(body: DataView, at: number): number {
  expect(body.getUint8(at)).toBe(3);
  return body.getInt32(at + 1, true);
}

/** REQUEST: run slot, run generation, function, line, column, argument count, values. */
function readRequest({ kind, body }: Received) {
  expect(kind).toBe(REQUEST);
  const [runSlot, runGeneration, functionId, , , count] = [0, 1, 2, 3, 4, 5].map((word) =>
    body.getUint32(4 * word, true),
  );
  return {
    run: { slot: runSlot, generation: runGeneration },
    functionId,
    count,
    argument: integer(body, 24),
  };
}

/** DONE: operations and three times, then the value. */
function readDone({ kind, body }: Received): number {
  expect(kind).toBe(DONE);
  return integer(body, 32);
}

describe.skipIf(!wasmIsBuilt)('the core in WebAssembly (needs npm run build:wasm)', () => {
  let module: Module;
  beforeEach(() => {
    module = Module.load(`${root}/wasm/pkg/rhai_bridge.wasm`);
    module.send(define, limits);
  });

  test('it speaks version 1 of the records', () => expect(module.version).toBe(1));

  test('a script stops at each host call and goes on with the reply', () => {
    const run = { slot: 0, generation: 1 };
    expect(module.send(compile('let first = ask(20); first + ask(first + 1)'), start(run))).toBe(2);
    const [first, ...others] = module.run();
    expect(others).toEqual([]);
    expect(readRequest(first!)).toEqual({ run, functionId: askId, count: 1, argument: 20 });
    module.send(reply(first!, 2));
    const [second] = module.run();
    expect(readRequest(second!)).toMatchObject({ run, argument: 3 });
    module.send(reply(second!, 40));
    const [done] = module.run();
    expect(done).toMatchObject({ kind: DONE, ...run });
    expect(readDone(done!)).toBe(42);
  });

  test('a thousand scripts wait in one instance, and each gets its own answer', () => {
    const runs = Array.from({ length: 1000 }, (_, slot) => ({ slot, generation: 1 }));
    module.send(compile('ask(1) + 1'), ...runs.map(start));
    const requests = module.run();
    expect(requests).toHaveLength(runs.length);
    module.send(...requests.reverse().map((request) => reply(request, 10 * readRequest(request).run.slot!)));
    const values = new Map(module.run().map((done) => [done.slot, readDone(done)]));
    expect(values).toEqual(new Map(runs.map(({ slot }) => [slot, 10 * slot + 1])));
  });

  test('a batch ends at a record whose size cannot be true', () => {
    const broken = start({ slot: 0, generation: 1 });
    new DataView(broken.buffer).setUint32(0, 1 << 20, true);
    expect(module.send(limits, broken)).toBe(1);
    expect(module.run()).toEqual([]);
  });
});
