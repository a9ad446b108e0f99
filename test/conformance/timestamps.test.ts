// Timestamps: what `timestamp()` gives, its arithmetic as in Rhai, and the way over the border.
import { expect, it } from 'vitest';
import { RhaiTimestamp } from '../../src/entry/node.js';
import { conformance, rejection } from './backend.js';

conformance('timestamps', (make) => {
  it("a script's own timestamp is the time, and crosses like any other", async () => {
    const engine = make();
    engine.registerFunction('echo', (x: unknown) => x);
    const before = Date.now();
    const [made, list] = await engine.evalAsync<[RhaiTimestamp, RhaiTimestamp[]]>(
      'let t = timestamp(); [t, [echo(t), t]]',
    );
    expect(made).toBeInstanceOf(RhaiTimestamp);
    expect(list).toEqual([made, made]);
    // The wall clock may be set while a process runs; the script's goes on.
    expect(Math.abs(made.epochMs - before)).toBeLessThan(60_000);
    expect(made.toDate()).toBeInstanceOf(Date);
    expect(await engine.evalAsync('t - 1 < t && type_of(t) == "timestamp"', { scope: { t: made } })).toBe(
      true,
    );
  });

  it('timestamps count as those of Rhai do', async () => {
    const engine = make();
    const run = (script: string) => engine.evalAsync(script, { scope: { t: RhaiTimestamp(1_000_000) } });
    expect(
      await run('[(t + 5).epoch_ms, (t - 5).epoch_ms, (t + 1.5).epoch_ms, (t - 0.0005).epoch_ms]'),
    ).toEqual([1_005_000, 995_000, 1_001_500, 1_000_000]);
    expect(
      await run('let u = t; u += 2; u -= 0.5; [u - t, t - u, u > t, u >= t, u < t, u <= t, u == t, u != t]'),
    ).toEqual([1.5, -1.5, true, true, false, false, false, true]);
    expect(await run('let u = timestamp(); let e = u.elapsed; e >= 0.0 && elapsed(u) >= e && e < 60.0')).toBe(
      true,
    );
    expect(await run('t.elapsed > 1_000_000_000.0')).toBe(true);
    for (const [script, message] of [
      ['(timestamp() + 1000).elapsed', 'Time-stamp is later than now'],
      ['t + 1e300', 'Timestamp overflow'],
      ['t - 9223372036854775807', 'Timestamp overflow'],
    ] as const) {
      const error = await rejection(run(script));
      expect(error, script).toMatchObject({ kind: 'ErrorArithmetic' });
      expect((error as Error).message).toContain(message);
    }
    expect(engine.analyze('timestamp().elapsed + elapsed(timestamp())').warnings).toEqual([]);
  });
});
