// The module comes in two parts: what a first script needs, and the rest, which is compiled when something of it is called.
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { RhaiEngine } from '../../src/entry/node.js';
import { moduleUrl } from '../../src/backend/wasm-files.js';
import { wasmIsBuilt } from '../border/wasm-built.js';
import { rejection } from '../conformance/backend.js';

/** How many first parts and how many rests are made while `work` runs. */
async function countParts(work: () => Promise<void>): Promise<{ first: number; rest: number }> {
  const api = (globalThis as any).WebAssembly;
  const Original = api.Instance;
  const count = { first: 0, rest: 0 };
  api.Instance = class extends Original {
    constructor(module: unknown, imports: object) {
      super(module, imports);
      count['first' in imports ? 'rest' : 'first']++;
    }
  };
  await work().finally(() => (api.Instance = Original));
  return count;
}

/** Something of it is in no first script. */
const RARE = '[3, 1, 2].sort(); to_json(#{ a: [1.5, "x"] }) + "abc".to_upper() + sin(0.0)';

describe.skipIf(!wasmIsBuilt)('the parts of the module (need npm run build:wasm)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-parts-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let files = 0;
  const fileOf = (bytes: Uint8Array): URL => {
    const path = join(folder, `${files++}.wasm`);
    writeFileSync(path, bytes);
    return pathToFileURL(path);
  };

  it('a first script does without the rest, inline and at once', async () => {
    const count = await countParts(async () => {
      const engine = await RhaiEngine.create({ backend: 'wasm', mode: 'inline' });
      engine.registerFunction('ask', async (value: number) => value);
      expect(await engine.evalAsync('20 + ask(22)')).toBe(42);
      expect(engine.eval('20 + 22')).toBe(42);
      engine.dispose();
    });
    expect(count).toEqual({ first: 1, rest: 0 });
  });

  it('whoever calls something of the rest gets it, once in an instance', async () => {
    const count = await countParts(async () => {
      const engine = await RhaiEngine.create({ backend: 'wasm', mode: 'inline' });
      for (let round = 0; round < 2; round++) expect(await engine.evalAsync(RARE)).toBe('{"a":[1.5,"x"]}ABC0.0');
      engine.dispose();
    });
    expect(count).toEqual({ first: 1, rest: 1 });
  });

  it('workers get it too', async () => {
    const engine = await RhaiEngine.create({ backend: 'wasm' });
    expect(await engine.evalAsync(RARE)).toBe('{"a":[1.5,"x"]}ABC0.0');
    engine.dispose();
  });

  it.each(['inline', 'background'] as const)('a file that is replaced under a %s engine does not matter', async (mode) => {
    const wasmUrl = fileOf(readFileSync(moduleUrl()));
    const engine = await RhaiEngine.create({ backend: 'wasm', mode, wasmUrl });
    expect(await engine.evalAsync('20 + 22')).toBe(42);
    renameSync(fileOf(new Uint8Array(3_000_000)), wasmUrl);
    expect(await engine.evalAsync(RARE)).toBe('{"a":[1.5,"x"]}ABC0.0');
    engine.dispose();
  });

  it('a file that is cut off anywhere is refused when the engine is made', async () => {
    const whole = readFileSync(moduleUrl());
    const [firstEnd, restAt] = [whole.readUInt32LE(16), whole.readUInt32LE(20)];
    for (const end of [0, 7, 20, 27, 28, firstEnd - 1, firstEnd, restAt, whole.length - 1]) {
      const options = { backend: 'wasm', wasmUrl: fileOf(whole.subarray(0, end)) } as const;
      expect((await rejection(RhaiEngine.create(options))).code, `${end} bytes`).toBe('RHAI_BACKEND');
    }
  });

  it('a module that nobody has parted is refused', async () => {
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...Array<number>(40).fill(0));
    const error = await rejection(RhaiEngine.create({ backend: 'wasm', wasmUrl: fileOf(empty) }));
    expect(error.code).toBe('RHAI_BACKEND');
  });
});
