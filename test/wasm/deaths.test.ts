// How an instance ends (BAD-INPUTS 2.9, 48, 38–41): it dies alone, its runs fail with the right class, and the next eval works.
import { afterEach, describe, expect, it } from 'vitest';
import { Bytes } from '../../src/backend/wasm/bytes.js';
import { CoreSide } from '../../src/backend/wasm/core-side.js';
import { Instance } from '../../src/backend/wasm/instance.js';
import { compileModule } from '../../src/backend/wasm/module.js';
import { wasmBackend } from '../../src/backend/choose.js';
import type { Backend } from '../../src/backend/core.js';
import {
  RhaiCancelledError,
  RhaiEngine,
  RhaiInternalError,
  RhaiLimitError,
  RhaiTimeoutError,
  unlimited,
  type EngineOptions,
} from '../../src/entry/node.js';
import { wasmIsBuilt } from '../border/wasm-built.js';
import { rejection, until } from '../conformance/backend.js';

const places = { wasmUrl: undefined, workerUrl: undefined };
const worker = (name: string): URL => new URL(`workers/${name}.mjs`, import.meta.url);

/** Overwrites the memory of every instance that is made while `work` runs: whatever is called next, traps. */
async function withInstances<T>(work: (spoil: () => void) => T): Promise<T> {
  const made: { memory: { buffer: ArrayBuffer } }[] = [];
  const api = (globalThis as any).WebAssembly;
  const Original = api.Instance;
  api.Instance = class {
    readonly exports: unknown;
    constructor(module: unknown, imports: object) {
      this.exports = new Original(module, imports).exports;
      if ('memory' in (this.exports as object)) made.push(this.exports as (typeof made)[0]); // not the rest of a module
    }
  };
  try {
    return await work(() => made.forEach(({ memory }) => new Uint8Array(memory.buffer, 1 << 20).fill(0xff)));
  } finally {
    api.Instance = Original;
  }
}

describe.skipIf(!wasmIsBuilt)('an instance that dies (needs npm run build:wasm)', () => {
  const made: RhaiEngine[] = [];
  afterEach(() => {
    for (const engine of made.splice(0)) engine.dispose();
  });
  async function make(options: EngineOptions = {}): Promise<RhaiEngine> {
    const engine = await RhaiEngine.create({ backend: 'wasm', ...options });
    made.push(engine);
    return engine;
  }

  it('a trap ends all its runs with RhaiInternalError, and the next eval has a new instance (117)', () =>
    withInstances(async (spoil) => {
      const engine = await make({ mode: 'inline' });
      engine.registerFunction('wait', () => new Promise(() => {}));
      const waiting = engine.evalAsync('wait()');
      await until(() => waiting.state === 'waiting');
      spoil();
      const error = await rejection(engine.evalAsync('1 + 1'));
      expect(error).toBeInstanceOf(RhaiInternalError);
      expect(await rejection(waiting)).toBeInstanceOf(RhaiInternalError);
      expect(engine.eval('40 + 2')).toBe(42);
      expect(await engine.evalAsync('40 + 2')).toBe(42);
    }));

  it('a trap in eval throws RhaiInternalError from eval itself (117)', () =>
    withInstances(async (spoil) => {
      const engine = await make();
      expect(engine.eval('1')).toBe(1);
      spoil();
      expect(() => engine.eval('2')).toThrow(RhaiInternalError);
      expect(engine.eval('40 + 2')).toBe(42);
    }));

  const bombs: readonly [string, string][] = [
    ['a string that doubles (38)', 'let s = "abcdefgh"; loop { s += s; }'],
    ['an array that doubles (38)', 'let a = [1]; loop { a += a; }'],
    ['a map without an end (42)', 'let m = #{}; let i = 0; loop { m["key" + i] = blob(1000000, 7); i += 1; }'],
    ['blobs in an array (40)', 'let a = []; loop { a.push(blob(1000000, 7)); }'],
  ];
  for (const mode of ['background', 'inline'] as const) {
    for (const [name, script] of bombs) {
      it(`${name} ends its own instance alone (48) [${mode}]`, { timeout: 60_000 }, async () => {
        const engine = await make({ mode, limits: { ...unlimited(), computeMs: 30_000 } });
        const other = await make({ mode });
        other.registerFunction('wait', () => new Promise((resolve) => setTimeout(resolve, 50, 7)));
        const bystander = other.evalAsync('wait()');
        const error = await rejection(engine.evalAsync(script));
        expect(error).toBeInstanceOf(RhaiLimitError);
        expect(error.limit).toBe('maxMemoryBytes');
        expect(await bystander).toBe(7);
        expect(await engine.evalAsync('40 + 2')).toBe(42);
      });
    }
  }

  it('a script nested deeper than the stack is an error, not the end (118)', async () => {
    for (const mode of ['background', 'inline'] as const) {
      const engine = await make({ mode, limits: { maxCallDepth: 0, computeMs: 10_000, maxMemoryBytes: 0 } });
      const deep = [
        '('.repeat(50_000),
        '['.repeat(50_000),
        `${'a + '.repeat(20_000)}1`,
        'let f = |x| '.repeat(2_000),
        `let x = 1; ${'if x == 1 { '.repeat(5_000)}`,
      ];
      for (const script of deep) expect((await rejection(engine.evalAsync(script))).name).toMatch(/^Rhai/);
      expect(await engine.evalAsync('40 + 2')).toBe(42);
    }
  });

  it('a tight loop is cancelled by a message (119)', async () => {
    const engine = await make({ limits: { computeMs: 0 } });
    const run = engine.evalAsync('loop {}');
    await until(() => run.state === 'running');
    run.cancel('enough');
    expect(await rejection(run)).toBeInstanceOf(RhaiCancelledError);
    expect(await engine.evalAsync('40 + 2')).toBe(42);
  });

  it('a worker that does not come back from a computation is ended and replaced (119)', async () => {
    const deaf = await make({ workerUrl: worker('deaf'), limits: { computeMs: 200 } });
    const late = await rejection(deaf.evalAsync('1'));
    expect(late).toBeInstanceOf(RhaiTimeoutError);
    expect(late.limit).toBe('computeMs');
    const patient = await make({ workerUrl: worker('deaf'), limits: { computeMs: 0 } });
    const run = patient.evalAsync('1');
    await new Promise((resolve) => setTimeout(resolve, 100));
    run.cancel('enough');
    expect(await rejection(run)).toBeInstanceOf(RhaiCancelledError);
    expect(patient.eval('40 + 2')).toBe(42);
  });

  it('a worker that cannot begin fails its runs, and eval still works (123)', async () => {
    const engine = await make({ workerUrl: worker('broken') });
    const error = await rejection(engine.evalAsync('1'));
    expect(error).toBeInstanceOf(RhaiInternalError);
    expect(error.message).toContain('this worker does not begin');
    expect(engine.eval('40 + 2')).toBe(42);
  });

  it('a worker that never spoke is left behind by dispose (121)', async () => {
    const engine = await make({ workerUrl: worker('mute') });
    const run = engine.evalAsync('1');
    engine.dispose();
    expect((await rejection(run)).name).toBe('RhaiDisposedError');
  });
});

describe.skipIf(!wasmIsBuilt)('the module (needs npm run build:wasm)', () => {
  const at = (text: string): URL => new URL(`data:application/wasm;base64,${btoa(text)}`);

  it('one that is cut off, of another kind or missing is a clear error (123)', async () => {
    for (const url of [at('no wasm'), at('\0asm\x01\0\0\0'), new URL('nowhere.wasm', import.meta.url)]) {
      const error = await rejection(
        RhaiEngine.create({ backend: 'wasm', wasmUrl: url }).then((engine) => engine.eval('1')),
      );
      expect(error.code).toBe('RHAI_BACKEND');
    }
    expect((await RhaiEngine.create({ backend: 'wasm' })).eval('40 + 2')).toBe(42);
  });

  it('64 instances live side by side, and two engines share one module (123)', async () => {
    const engines = await Promise.all(
      Array.from({ length: 64 }, () => RhaiEngine.create({ backend: 'wasm', mode: 'inline' })),
    );
    const values = await Promise.all(engines.map((engine, i) => engine.evalAsync(`${i} * 2`)));
    expect(values).toEqual(engines.map((_, i) => i * 2));
    for (const engine of engines) engine.dispose();
    expect(await compileModule(undefined)).toBe(await compileModule(undefined));
  });

  it('the backend says what it can do', async () => {
    const backend: Backend = await wasmBackend(places);
    const { capabilities } = backend;
    expect(capabilities).toMatchObject({ sync: true, createSync: false, threads: true });
    expect(() => RhaiEngine.createSync({ backend: 'wasm' })).toThrow(/await RhaiEngine\.create/);
  });

  it('a thing that cannot be cloned is refused before any message, and a hundred megabytes pass (122)', async () => {
    const engine = await RhaiEngine.create({ backend: 'wasm', limits: unlimited() });
    engine.registerFunction('bad', async () => new WeakMap());
    engine.registerFunction('big', async () => new Uint8Array(100 << 20));
    expect((await rejection(engine.evalAsync('bad()'))).name).toBe('RhaiHostError');
    expect(await engine.evalAsync('big().len()')).toBe(100 << 20);
    engine.dispose();
  });

  it('10,000 scripts wait in one instance', async () => {
    const engine = await RhaiEngine.create({ backend: 'wasm', mode: 'inline' });
    const doors: ((value: number) => void)[] = [];
    engine.registerFunction('wait', () => new Promise<number>((resolve) => doors.push(resolve)));
    const runs = Array.from({ length: 10_000 }, (_, i) => engine.evalAsync(`wait() + ${i % 10}`));
    await until(() => doors.length === runs.length);
    expect(engine.stats().runs.waiting).toBe(10_000);
    doors.forEach((open) => open(5));
    const values = await Promise.all(runs);
    expect(values.reduce<number>((sum, value) => sum + (value as number), 0)).toBe(10_000 * 9.5);
    engine.dispose();
  });
});

describe.skipIf(!wasmIsBuilt)('the rings on our side of the border (needs npm run build:wasm)', () => {
  it('an instance answers after any garbage in its inbox (124)', async () => {
    const instance = new Instance(await compileModule(undefined));
    for (let seed = 1; seed < 200; seed++) {
      const bytes = 16 + ((seed * 7919) % 400) * 8;
      const at = instance.inbox(bytes);
      const room = instance.memory.bytes.subarray(at, at + bytes);
      for (let i = 0; i < bytes; i++) room[i] = (seed * 31 + i * 17 + ((i * seed) >> 3)) & 0xff;
      new DataView(room.buffer, room.byteOffset).setUint32(0, bytes, true);
      new DataView(room.buffer, room.byteOffset).setUint32(4, seed % 16, true);
      instance.receive();
      expect(instance.step(0, 1 << 16)).toBeLessThan(2);
      instance.taken(instance.outboxBytes);
    }
  });

  it('a batch larger than the ring goes through in parts, whole records only', () => {
    const side = new CoreSide(new ArrayBuffer(1024 + 2 * 4096), 4096, 4096);
    const batch = new Bytes(new ArrayBuffer(64 * 100));
    for (let at = 0; at < batch.words.length; at += 16) batch.words[at] = 64;
    expect(side.putOutbox(batch, 0, 6400)).toBe(4096);
    expect(side.putOutbox(batch, 4096, 6400 - 4096)).toBe(0);
  });
});
