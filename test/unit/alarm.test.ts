// The timer that watches the deadlines of a core without a thread.
import { afterEach, expect, test, vi } from 'vitest';
import { RhaiEngine } from '../../src/entry/node.js';

afterEach(() => void vi.restoreAllMocks());

test('host calls that follow each other ask for few different lengths of timers: Node keeps a list for each', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const engine = await RhaiEngine.create({ mode: 'inline' });
  engine.registerFunction('later', async (x: number) => x);
  const script = engine.compile('for i in 0..200 { later(i) }');
  const end = performance.now() + 300;
  while (performance.now() < end) await engine.evalAsync(script);
  expect(new Set(timers.mock.calls.map(([, ms]) => ms)).size).toBeLessThan(8);
  engine.dispose();
});
