// The worker's side, in this thread: how it waits for a message, and in how many messages it answers.
import { describe, expect, it } from 'vitest';
import { Bytes, copy } from '../../src/backend/wasm/bytes.js';
import { compileModule } from '../../src/backend/wasm/module.js';
import { Patience, WAIT_MS } from '../../src/backend/wasm/patience.js';
import { ANSWER_HEAD, ASK_HEAD, GOES_ON, type FromWorker } from '../../src/backend/wasm/wire.js';
import { WorkerLoop } from '../../src/backend/wasm/worker-loop.js';
import { wasmIsBuilt } from '../border/wasm-built.js';
import { Record } from '../border/wasm-module.js';

describe('a worker that waits for a message', () => {
  /** A clock that every look moves on by a tenth of the time that is waited. */
  function waiting(answers: (looks: number) => number | undefined) {
    let [looks, ms] = [0, 0];
    const look = (): number | undefined => ((ms += WAIT_MS / 10), answers(++looks));
    const patience = new Patience(look, () => ms);
    return { wait: () => ((looks = 0), { message: patience.wait(), looks }) };
  }

  it('takes one that is there without a wait', () => {
    const { wait } = waiting(() => 7);
    expect(wait()).toEqual({ message: 7, looks: 1 });
  });

  it('takes one that comes soon', () => {
    const { wait } = waiting((looks) => (looks === 5 ? 7 : undefined));
    expect(wait()).toEqual({ message: 7, looks: 5 });
  });

  it('skips 1, 3, 7 … 255 occasions after it waited in vain, and none after it was right', () => {
    let comes = false;
    const { wait } = waiting((looks) => (comes && looks === 5 ? 7 : undefined));
    const skipped: number[] = [];
    for (let since = 0; skipped.length < 10; since++) {
      if (wait().looks === 1) continue;
      skipped.push(since);
      since = -1;
    }
    expect(skipped).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 255]);
    comes = true;
    while (wait().message === undefined);
    expect(wait()).toEqual({ message: 7, looks: 5 });
  });
});

describe('bytes', () => {
  it('are copied alike by words and by views, whatever their place', () => {
    for (const count of [0, 4, 8, 12, 13, 512, 516, 2000]) {
      for (const [at, toAt] of [[0, 0], [8, 16], [3, 8], [8, 3]] as const) {
        const from = new Bytes(Uint8Array.from({ length: 2048 }, (_, i) => (i * 7) & 255).buffer);
        const to = new Bytes(new ArrayBuffer(2048));
        copy(from, at, to, toAt, count);
        expect([...to.bytes.subarray(toAt, toAt + count)]).toEqual([...from.bytes.subarray(at, at + count)]);
        expect(to.bytes.subarray(toAt + count).every((byte) => byte === 0)).toBe(true);
      }
    }
  });
});

describe.skipIf(!wasmIsBuilt)('what many scripts say in one slice (needs npm run build:wasm)', () => {
  const define = new Record(7, { slot: 7, generation: 0 }).text('ask').f64(-1).bytes();
  const limits = new Record(9, { slot: 0, generation: 0 }).f64(...Array<number>(12).fill(0)).bytes();
  const compile = new Record(5, { slot: 1, generation: 0 }).u32(0, 0).text('many').text('ask(1)').bytes();
  const start = (slot: number): Uint8Array => new Record(1, { slot, generation: 1 }).u32(1, 0, 0, 0).bytes();

  function ask(records: Uint8Array[]): ArrayBuffer {
    const bytes = records.reduce((sum, { length }) => sum + length, 0);
    const message = new Uint8Array(ASK_HEAD + bytes);
    new Uint32Array(message.buffer)[1] = bytes;
    let at = ASK_HEAD;
    for (const record of records) message.set(record, (at += record.length) - record.length);
    return message.buffer;
  }

  /** Whether more follows, and the run slots of the requests in an answer. */
  function read(message: ArrayBuffer): { goesOn: boolean; slots: number[] } {
    const words = new Uint32Array(message);
    const slots: number[] = [];
    const begin = (ANSWER_HEAD + 8 * (words[0]! % GOES_ON)) / 4;
    for (let at = begin; at < begin + words[1]! / 4; at += words[at]! / 4) slots.push(words[at + 4]!);
    return { goesOn: words[0]! >= GOES_ON, slots };
  }

  it('goes out in pieces, in order, and each but the last says that more follows', async () => {
    const answers: ReturnType<typeof read>[] = [];
    // What is posted is copied, as postMessage does it: the buffer is used again.
    const post = (message: FromWorker): void =>
      void (message instanceof ArrayBuffer && answers.push(read(message.slice())));
    const loop = new WorkerLoop(post);
    loop.take({ module: await compileModule(undefined) });
    const slots = Array.from({ length: 200 }, (_, slot) => slot);
    loop.take(ask([define, limits, compile, ...slots.map(start)]));
    while (answers.at(-1)!.goesOn) await new Promise((turn) => setImmediate(turn)); // a slow machine needs several slices
    expect(answers.flatMap((answer) => answer.slots)).toEqual(slots);
    expect(answers.length).toBeGreaterThan(2);
    expect(Math.max(...answers.map((answer) => answer.slots.length))).toBeLessThan(150);
    expect(answers.map((answer) => answer.goesOn)).toEqual(answers.map((_, i) => i < answers.length - 1));
  });
});
