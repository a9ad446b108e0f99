// Modules: functions and constants of the host under one name, and script modules that a resolver finds.
import { expect, it } from 'vitest';
import { conformance, rejection, thrown } from './backend.js';

conformance('modules of the host', (make) => {
  it('functions of a module are there under its name, without an import', async () => {
    const engine = make().registerModule('geo', {
      area: (w: number, h: number) => w * h,
      later: async (x: unknown) => x,
      PI: 3.14,
    });
    expect(await engine.evalAsync('geo::area(6, 7) + geo::later(0)')).toBe(42);
    expect(engine.eval('geo::area(2, 2)')).toBe(4);
  });

  it('registering again replaces all of it, unregistering removes it', async () => {
    const engine = make().registerModule('m', { a: () => 1, b: () => 2 });
    expect(await engine.evalAsync('m::a() + m::b()')).toBe(3);
    engine.registerModule('m', { a: () => 10 });
    expect(await engine.evalAsync('m::a()')).toBe(10);
    expect((await rejection(engine.evalAsync('m::b()'))).message).toContain('m');
    expect(engine.unregisterModule('m')).toBe(true);
    expect(engine.unregisterModule('m')).toBe(false);
    expect(thrown(() => engine.eval('m::a()')).message).toContain('m');
  });

  it('functions of a module take options', async () => {
    const engine = make().registerModule(
      'm',
      { where: (context: { runId: number }) => context.runId > 0, two: (a: unknown, b: unknown) => [a, b] },
      { functions: { where: { context: true }, two: { arity: 2 } } },
    );
    expect(await engine.evalAsync('m::where()')).toBe(true);
    expect((await rejection(engine.evalAsync('m::two(1)'))).message).toContain('m::two takes 2 arguments');
  });

  it('wrong arguments throw at once (71)', () => {
    const engine = make();
    for (const name of [5, '', 'x'.repeat(300), '\ud800'])
      expect(() => engine.registerModule(name as never, {})).toThrow(TypeError);
    for (const members of [
      5,
      null,
      undefined,
      { 'a b': 1 },
      { 'a::b': 1 },
      { fn: () => 1 },
      { f: () => 1, '': 2 },
    ])
      expect(() => engine.registerModule('m', members as never)).toThrow(TypeError);
    expect(() => engine.setModuleResolver(5 as never)).toThrow(TypeError);
    expect(() => make({ modules: 5 as never })).toThrow(TypeError);
    expect(() => make({ modules: { m: 5 as never } })).toThrow(TypeError);
  });
});
