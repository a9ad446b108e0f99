// Big texts and blobs travel beside their records: the same laws hold for them as for small values, and no buffer stays behind.
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { RhaiLimitError, RhaiValueError, type RhaiEngine } from '../../src/entry/node.js';
import { MIN_ASIDE } from '../../src/protocol/asides.js';
import { conformance, rejection } from './backend.js';

const bytesOf = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => i * 7);

/** Buffers that cores hold for records under way. */
function held(engine: RhaiEngine): number {
  const cores = engine.stats().cores as { sideBuffers: number }[];
  return cores.reduce((sum, core) => sum + core.sideBuffers, 0);
}

conformance('big values', (make) => {
  /** Element by element, vitest's own comparison takes minutes for megabytes. */
  const same = (a: unknown, b: unknown): void => expect(isDeepStrictEqual(a, b)).toBe(true);

  for (const n of [MIN_ASIDE - 1, MIN_ASIDE, 1_100_000]) {
    it(`texts and blobs of ${n} come back as they went in, alone and inside others`, async () => {
      const text = 'x'.repeat(n);
      const wide = 'é\u0000😀世'.repeat(n / 4);
      const blob = bytesOf(n);
      const all = [text, wide, blob, { text, list: [wide, { blob }, 1], blob }];
      const engine = make().registerFunction('give', async (which: number) => all[which]);
      const seen: unknown[] = [];
      engine.registerFunction('take', (x) => void seen.push(x));
      for (const [which, value] of all.entries()) {
        same(await engine.evalAsync(`let v = give(${which}); take(v); take(v); v`), value);
        same(seen.splice(0), [value, value]);
      }
      same(engine.setVar('v', all).getVar('v'), all);
      expect(held(engine)).toBe(0);
    });
  }

  it('a blob that comes out has a buffer of exactly its own', async () => {
    const engine = make();
    const blob = await engine.evalAsync<Uint8Array>(`blob(${MIN_ASIDE}, 5)`);
    expect([blob.byteOffset, blob.buffer.byteLength]).toEqual([0, MIN_ASIDE]);
  });

  it('the script keeps what it got, whatever the host does to its bytes afterwards', async () => {
    const blob = bytesOf(MIN_ASIDE);
    const engine = make().registerFunction('give', () => blob);
    engine.registerFunction('spoil', () => void blob.fill(255));
    same(await engine.evalAsync('let b = give(); spoil(); b'), bytesOf(MIN_ASIDE));
  });

  it('a big text outlives its engine, whole, sliced and as a key', async () => {
    const engine = make();
    const texts = await engine.evalAsync<string[]>('let s = ""; s.pad(300000, "abc"); [s, s]');
    engine.dispose();
    globalThis.gc?.();
    const [text, other] = texts as [string, string];
    same(text, 'abc'.repeat(100_000));
    same(text.slice(-4), 'cabc');
    same({ [text]: 1 }[other], 1);
  });

  it('a value that is refused behind a big one leaves no buffer behind', async () => {
    const engine = make().registerFunction('give', () => [
      'x'.repeat(MIN_ASIDE),
      bytesOf(MIN_ASIDE),
      Symbol(),
    ]);
    expect(((await rejection(engine.evalAsync('give()'))) as Error).cause).toBeInstanceOf(RhaiValueError);
    expect(held(engine)).toBe(0);
  });

  it('a value that cannot be told in JavaScript is skipped with its buffers', async () => {
    const engine = make({ int64: 'number' });
    const script = `[blob(${MIN_ASIDE}), 9007199254740993, blob(${MIN_ASIDE})]`;
    expect(await rejection(engine.evalAsync(script))).toBeInstanceOf(RhaiValueError);
    expect(await engine.evalAsync('40 + 2')).toBe(42);
    expect(held(engine)).toBe(0);
  });

  it('limits hold for big values too', async () => {
    const engine = make({ limits: { maxStringBytes: 2 * MIN_ASIDE } });
    for (const value of [
      'x'.repeat(2 * MIN_ASIDE + 1),
      'é'.repeat(MIN_ASIDE + 1),
      bytesOf(2 * MIN_ASIDE + 1),
    ]) {
      engine.registerFunction('give', () => value);
      const error = (await rejection(engine.evalAsync('give()'))) as RhaiLimitError;
      expect(error).toBeInstanceOf(RhaiLimitError);
      expect(error.limit).toBe('maxStringBytes');
    }
    expect(held(engine)).toBe(0);
  });

  it('many big values under way at once keep to their calls', async () => {
    const engine = make().registerFunction('echo', async (x) => x);
    const sizes = Array.from({ length: 40 }, (_, i) => MIN_ASIDE + i);
    const runs = sizes.map((n) => engine.evalAsync<string>(`let s = ""; s.pad(${n}, "ab"); echo(s)`));
    expect((await Promise.all(runs)).map((text) => text.length)).toEqual(sizes);
    expect(held(engine)).toBe(0);
  });
});
