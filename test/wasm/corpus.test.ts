// The language on WASM: every script of the corpus ends there as it does natively, where the differential test holds the same
// machine against rhai's own evaluator. Value with its exact type, output, error, position and trace.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RhaiEngine, type EngineOptions } from '../../src/entry/node.js';
import { wasmIsBuilt } from '../border/wasm-built.js';
import { corpus } from './corpus.js';

const limits = { maxCallDepth: 30, maxOperations: 2_000_000, maxValueDepth: 0, computeMs: 60_000 };

/** The host functions of native/vm/tests/support/hosts.rs. */
async function engineOn(options: EngineOptions): Promise<RhaiEngine> {
  const engine = await RhaiEngine.create({ mode: 'inline', int64: 'bigint', limits, ...options });
  const add = (left: unknown, right: unknown): unknown => {
    if (typeof left === 'bigint' && typeof right === 'bigint') return BigInt.asIntN(64, left + right);
    return typeof left === 'number' && typeof right === 'number' ? left + right : `${left}${right}`;
  };
  return engine
    .registerFunction('host_id', (value) => value)
    .registerFunction('host_add', add)
    .registerFunction('host_fail', (value) => Promise.reject(value as Error))
    .registerFunction('host_null', () => null);
}

/** Names of closures differ from process to process. */
const steady = (text: string): string => text.replace(/anon[$_][0-9a-f]+/g, 'anon');

function shown(value: unknown): unknown {
  if (typeof value === 'function') return `function ${steady(value.name)}`;
  if (typeof value === 'string') return steady(value);
  // The last digit of a hyperbolic function or a power is the platform's: WebAssembly has a libm of its own.
  if (typeof value === 'number') return Number.isFinite(value) ? Number(value.toPrecision(15)) || value : value;
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)]));
}

async function outcomeOf(engine: RhaiEngine, source: string): Promise<unknown> {
  const printed: string[] = [];
  const onPrint = (text: string): void => void printed.push(steady(text));
  const onDebug = onPrint;
  try {
    const value: unknown = await engine.evalAsync(source, { onPrint, onDebug });
    return { value: shown(value), printed };
  } catch (error) {
    const { name, message, position, kind, value, limit, trace } = error as any;
    return { error: shown({ name, message, position, kind, value, limit, trace }), printed };
  }
}

/** Programs of the differential test's generator, NUL between them; the long tier writes them. */
const written = process.env['RHAI_BRIDGE_RANDOM'];
const random = written === undefined ? [] : readFileSync(written, 'utf8').split('\0');

describe.skipIf(!wasmIsBuilt)('the corpus on WASM (needs npm run build:wasm)', () => {
  let native: RhaiEngine;
  let wasm: RhaiEngine;
  beforeAll(async () => {
    native = await engineOn({ backend: 'native' });
    wasm = await engineOn({ backend: 'wasm' });
  });
  afterAll(() => {
    native.dispose();
    wasm.dispose();
  });

  for (const { file, cases } of [...corpus('core'), ...corpus('full')]) {
    it(`${file}: all ${cases.length} scripts mean what they mean natively`, { timeout: 120_000 }, async () => {
      const differ: unknown[] = [];
      for (const { name, source } of cases) {
        const [here, there] = [await outcomeOf(native, source), await outcomeOf(wasm, source)];
        if (!isDeepStrictEqual(here, there)) differ.push({ name, native: here, wasm: there });
      }
      expect(differ).toEqual([]);
      expect(cases.length).toBeGreaterThan(0);
    });
  }

  it.skipIf(random.length === 0)(
    `${random.length} random programs mean what they mean natively (RHAI_BRIDGE_RANDOM names a file of them)`,
    { timeout: 3_600_000 },
    async () => {
      const differ: unknown[] = [];
      for (const source of random) {
        const [here, there] = [await outcomeOf(native, source), await outcomeOf(wasm, source)];
        if (!isDeepStrictEqual(here, there)) differ.push({ source, native: here, wasm: there });
        if (differ.length >= 20) break;
      }
      expect(differ).toEqual([]);
    },
  );
});
