// What fuzzing has found is tried again in every run of the tests: the kept corpora of native/fuzz, bytes by the decoder, texts as
// scripts on every backend.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { RhaiError, strict } from '../../src/entry/node.js';
import { MalformedRecord } from '../../src/protocol/problem.js';
import { decodeValues, encodeValues } from '../../src/protocol/standalone.js';
import { conformance } from '../conformance/backend.js';

const corpus = (target: string) => {
  const folder = fileURLToPath(new URL(`../../native/fuzz/corpus/${target}/`, import.meta.url));
  return readdirSync(folder).map((name) => [name, readFileSync(folder + name)] as const);
};

it('kept bytes are values that cross back as the same bytes, or malformed', () => {
  const kept = corpus('codec');
  expect(kept.length).toBeGreaterThan(20);
  for (const [name, bytes] of kept) {
    let values: unknown[];
    try {
      values = decodeValues(bytes);
    } catch (error) {
      expect(error, name).toBeInstanceOf(MalformedRecord);
      continue;
    }
    const first = encodeValues(values);
    expect(encodeValues(decodeValues(first)), name).toEqual(first);
  }
});

conformance('kept texts', (make) => {
  it('end as scripts with a value or a typed error, and the next run works', async () => {
    const engine = make({
      limits: { ...strict(), computeMs: 0, timeoutMs: 0, hostTimeoutMs: 0 },
      onPrint() {},
      onDebug() {},
    });
    engine.registerFunction('host', (x: unknown) => x).registerFunction('fetch', async (x: unknown) => x);
    const kept = corpus('source');
    expect(kept.length).toBeGreaterThan(20);
    for (const [name, text] of kept) {
      const end = await engine.evalAsync(text.toString()).catch((error: unknown) => error);
      if (end instanceof Error) expect(end, name).toBeInstanceOf(RhaiError);
      expect(await engine.evalAsync('40 + 2'), name).toBe(42);
    }
  });
});
