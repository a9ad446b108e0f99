// What host functions may return instead of a promise: any thenable settles its call exactly once.
import { expect, it } from 'vitest';
import { conformance } from './backend.js';

conformance('thenables', (make) => {
  const thenables: [string, () => unknown, unknown][] = [
    ['resolves three times', () => ({ then: (r: any) => (r(1), r(2), r(3)) }), 1],
    ['resolves, then rejects', () => ({ then: (r: any, j: any) => (r(1), j(new Error('no'))) }), 1],
    ['rejects', () => ({ then: (_: any, j: any) => j(new Error('no')) }), 'no'],
    [
      'throws after resolving',
      () => ({
        then: (r: any) => {
          r(1);
          throw new Error('no');
        },
      }),
      1,
    ],
    [
      'throws',
      () => ({
        then: () => {
          throw new Error('no');
        },
      }),
      'no',
    ],
    [
      'has a throwing getter',
      () => ({
        get then() {
          throw new Error('no');
        },
      }),
      'no',
    ],
    ['resolves with a thenable', () => ({ then: (r: any) => r({ then: (s: any) => s(5) }) }), 5],
    ['is a promise subclass', () => class extends Promise<number> {}.resolve(6), 6],
    ['is a function', () => Object.assign(() => 1, { then: (r: any) => r(7) }), 7],
  ];
  for (const [what, make_, expected] of thenables) {
    it(`a thenable that ${what} settles once`, async () => {
      const engine = make().registerFunction('f', make_);
      const outcome = await engine.evalAsync('f()').catch((error: Error) => error.message);
      expect(outcome).toBe(expected);
    });
  }

  it('a promise whose then was patched is still understood', async () => {
    const engine = make().registerFunction('f', () => Object.assign(Promise.resolve(1), { then: undefined }));
    expect(await engine.evalAsync('f()')).toBe(1);
  });
});
