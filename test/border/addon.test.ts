// The addon against the protocol: what any host of it relies on.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import * as raw from './raw-core.js';
import { RawCore } from './raw-core.js';

const open: RawCore[] = [];

function make(kind: 0 | 1, outboxBytes?: number, inboxBytes?: number): RawCore {
  const core = new RawCore(kind, outboxBytes, inboxBytes);
  core.limits();
  core.define(7, 'fetch');
  open.push(core);
  return core;
}

afterEach(() => {
  for (const core of open.splice(0)) core.core.close();
});

/** Drains at every wake-up until `count` records have come. */
async function collect(core: RawCore, count: number): Promise<raw.Mail[]> {
  const found = core.drain();
  while (found.length < count) {
    await core.woken();
    found.push(...core.drain());
    if (core.isOverflowing) core.core.wake();
  }
  return found;
}

test('a home core answers inside the step and has no thread', () => {
  const core = make(raw.HOME);
  core.start(1, '40 + 2');
  expect(core.core.step(1000)).toBe(raw.IDLE);
  expect(raw.doneInt(core.drain()[0])).toBe(42);
  core.core.wake();
  expect(core.core.counters()).toMatchObject({ wakes: 0, parks: 0, done: 1, liveRuns: 0 });
});

test('a host call goes out and its reply resumes the run', () => {
  const core = make(raw.HOME);
  core.start(1, 'fetch(5, 6) * 2');
  core.core.step(1000);
  const [request] = core.drain();
  expect(request?.kind).toBe(raw.REQUEST);
  const words = [0, 1, 2, 3, 4, 5].map((index) => request!.payload.getUint32(index * 4, true));
  expect(words).toEqual([1, 1, 7, 1, 1, 2]);
  expect([raw.readInt(request!.payload, 24), raw.readInt(request!.payload, 29)]).toEqual([5, 6]);
  core.reply(request!, raw.int(21));
  core.core.step(1000);
  expect(raw.doneInt(core.drain()[0])).toBe(42);
});

test('a worker core wakes JavaScript when it has something', async () => {
  const core = make(raw.WORKER);
  expect(core.isSleeping).toBe(true);
  core.start(1, 'fetch() + 1');
  core.core.wake();
  const [request] = await collect(core, 1);
  core.reply(request!, raw.int(41));
  core.core.wake();
  const [done] = await collect(core, 1);
  expect(raw.doneInt(done)).toBe(42);
  expect(core.core.counters()['wakes']).toBeOneOf([1, 2]); // a record may be found before its wake-up is counted
});

test('the JavaScript thread may step a worker core that sleeps', () => {
  const core = make(raw.WORKER);
  core.start(1, '1 + 1');
  expect(core.core.step(100)).toBe(raw.IDLE);
  expect(raw.doneInt(core.drain()[0])).toBe(2);
  expect(core.core.counters()).toMatchObject({ parks: 0, wakes: 0 });
});

test('a run that computes is left to the worker when the slice is used up', async () => {
  const core = make(raw.WORKER);
  core.start(1, 'let x = 0; while x < 300000 { x += 1 } x');
  expect(core.core.step(100)).toBe(raw.MORE);
  expect(core.drain()).toEqual([]);
  core.core.wake();
  const [done] = await collect(core, 1);
  expect(raw.doneInt(done)).toBe(300000);
});

test('a large source is left to the worker', async () => {
  const core = make(raw.WORKER);
  core.start(1, `/* ${'x'.repeat(5000)} */ 9`);
  core.start(2, '8');
  expect(core.core.step(100)).toBe(raw.MORE);
  expect(raw.doneInt(core.drain()[0])).toBe(8);
  core.core.wake();
  const [done] = await collect(core, 1);
  expect(raw.doneInt(done)).toBe(9);
});

test('only the run that is asked for is stepped', () => {
  const core = make(raw.HOME);
  core.start(1, '1');
  core.start(2, '2');
  expect(core.core.stepRun(2, 1, 1000)).toBe(raw.IDLE);
  expect(core.drain().map((mail) => mail.slot)).toEqual([2]);
  core.core.step(1000);
  expect(core.drain().map((mail) => mail.slot)).toEqual([1]);
});

test('records above a quarter of the ring go by the side, both ways', () => {
  const core = make(raw.HOME, 4096, 4096);
  core.start(1, `let s = "${'ab'.repeat(5_000)}"; fetch(s).len()`);
  core.core.step(10_000);
  const [request] = core.drain();
  expect(request!.payload.getUint8(24)).toBe(14);
  expect(request!.payload.getUint32(25, true)).toBe(10_000);
  core.reply(request!, raw.concat(Uint8Array.of(14), raw.words(70_000), new Uint8Array(70_000).fill(65)));
  core.core.step(10_000);
  expect(raw.doneInt(core.drain()[0])).toBe(70_000);
});

test('a big text is a side buffer that its record names, both ways, and each is given away once', () => {
  const core = make(raw.HOME, 4096, 4096);
  core.start(1, `let s = "${'ab'.repeat(50_000)}"; fetch(s).len()`);
  core.core.step(10_000);
  const [request] = core.drain();
  const [tag, id] = [request!.payload.getUint8(24), request!.payload.getUint32(25, true)];
  expect([tag, request!.payload.getUint32(29, true)]).toEqual([23, 100_000]);
  const text = new Uint8Array(100_000);
  expect(() => core.core.spillRead(id, text.subarray(1))).toThrow(RangeError);
  expect(() => core.core.spillTake(id)).toThrow(RangeError);
  const dropped = core.core.spillPut(text);
  core.core.spillDrop(dropped);
  core.core.spillDrop(dropped);
  const kept = core.core.spillPut(new Uint8Array(70_000).fill(65));
  core.reply(request!, raw.concat(Uint8Array.of(22), raw.words(kept, 70_000)));
  core.core.step(10_000);
  expect(raw.doneInt(core.drain()[0])).toBe(70_000);
  expect(core.core.counters()).toMatchObject({ sideBuffers: 0 });
});

test('a big text can be taken as a string, once, that outlives its core', () => {
  const core = make(raw.HOME, 4096, 4096);
  core.start(1, `let s = "${'ab'.repeat(100_000)}"; fetch(s)`);
  core.core.step(10_000);
  const id = core.drain()[0]!.payload.getUint32(25, true);
  const text = core.core.spillText(id);
  expect(() => core.core.spillText(id)).toThrow(RangeError);
  expect(core.core.counters()).toMatchObject({ sideBuffers: 0 });
  core.core.close();
  expect(() => core.core.spillText(id)).toThrow(RangeError);
  expect(text === 'ab'.repeat(100_000)).toBe(true);
});

test('ASCII text becomes a side buffer as it is; other text is refused and leaves nothing', () => {
  const core = make(raw.HOME, 4096, 4096);
  expect(core.core.spillPutText('x'.repeat(50_000) + 'é')).toBe(0xffffffff);
  expect(core.core.counters()).toMatchObject({ sideBuffers: 0 });
  core.start(1, 'fetch("").len()');
  core.core.step(10_000);
  const [request] = core.drain();
  const kept = core.core.spillPutText('e'.repeat(70_000));
  core.reply(request!, raw.concat(Uint8Array.of(23), raw.words(kept, 70_000)));
  core.core.step(10_000);
  expect(raw.doneInt(core.drain()[0])).toBe(70_000);
  expect(() => core.core.spillPutText(5 as unknown as string)).toThrow(TypeError);
});

test('a full outbox keeps the order and holds the scripts', async () => {
  const core = make(raw.WORKER, 1024, 4096);
  core.start(1, 'for i in 0..3000 { print(i) } 1');
  core.core.wake();
  const found = await collect(core, 3001);
  const printed = found.slice(0, 3000).map((mail) => raw.asText(mail).replace(/\0/g, '').slice(1));
  expect(printed.map((line) => Number(line.replace(/^\D*/, '')))).toEqual([...Array(3000).keys()]);
  expect(raw.doneInt(found[3000])).toBe(1);
});

test('a host call that nobody answers times out without a step', async () => {
  const core = make(raw.WORKER);
  core.limits({ hostTimeoutMs: 30 });
  core.start(1, 'let r = 0; try { fetch() } catch { r = 5 } r');
  core.core.step(100);
  expect(core.drain().map((mail) => mail.kind)).toEqual([raw.REQUEST]);
  expect(core.deadlineMs).toBeLessThanOrEqual(30);
  const [aborted, done] = await collect(core, 2);
  expect(aborted!.kind).toBe(7);
  expect(raw.doneInt(done)).toBe(5);
});

test('a loop is ended by its time limit and by cancel', async () => {
  const core = make(raw.WORKER);
  core.limits({ timeoutMs: 20 });
  core.start(1, 'loop {}');
  core.core.wake();
  const [failed] = await collect(core, 1);
  expect(raw.asText(failed)).toContain('timeoutMs');
  core.limits();
  core.start(2, 'loop {}');
  core.send(raw.CANCEL, 2, 1, raw.words(1));
  core.core.wake();
  const [cancelled] = await collect(core, 1);
  expect(raw.asText(cancelled)).toContain('cancelled');
});

test('bytes that make no record are counted and lose nothing else', () => {
  const core = make(raw.HOME);
  core.core.step(100);
  for (const size of [0, 4, 12, 17, 0xfffffff8]) {
    core.sendRaw(raw.words(size, 1, 1, 1), 16);
    core.core.step(100);
  }
  expect(core.core.counters()['brokenRecords']).toBe(5);
  core.start(1, '7');
  core.core.step(100);
  expect(raw.doneInt(core.drain()[0])).toBe(7);
});

test('a core is refused where the memory or the version does not fit', () => {
  expect(() => new RawCore(raw.HOME, 1000)).toThrow('buffer');
  expect(() => new RawCore(raw.HOME, 64, 64)).toThrow('buffer');
  expect(() => new RawCore(raw.HOME, 1024, 1024, 99)).toThrow('version');
  const Any = raw.Core as unknown as new (...args: unknown[]) => unknown;
  expect(() => new Any()).toThrow(TypeError);
  expect(() => new Any(new ArrayBuffer(4096), 1024, 1024, 0, 5)).toThrow(TypeError);
  expect(() => new Any(new ArrayBuffer(4096), 'x', 1024, 0, () => {})).toThrow(TypeError);
});

test('closing stops a loop, may be repeated, and leaves a core that does nothing', () => {
  const core = make(raw.WORKER);
  core.start(1, 'loop {}');
  core.core.wake();
  core.core.close();
  core.core.close();
  expect(core.core.step(1000)).toBe(raw.IDLE);
  core.core.wake();
  expect(() => core.core.spillTake(1)).toThrow(RangeError);
});

test('the addon reads whole files for the loader, and says so when it cannot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-files-'));
  try {
    const file = join(folder, 'é');
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i);
    writeFileSync(file, bytes);
    expect(new Uint8Array(raw.fileBytes(file)!)).toEqual(bytes);
    expect(raw.fileText(file)).toBe(Buffer.from(bytes).toString('latin1'));
    writeFileSync(file, '');
    expect([raw.fileText(file), raw.fileBytes(file)?.byteLength]).toEqual(['', 0]);
    for (const none of [folder, join(folder, 'none'), '']) {
      expect([raw.fileText(none), raw.fileBytes(none)]).toEqual([undefined, undefined]);
    }
    expect(() => raw.fileText(7 as unknown as string)).toThrow(TypeError);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
