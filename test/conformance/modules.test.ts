// Modules: functions and constants of the host under one name, and script modules that a resolver finds.
import { expect, it } from 'vitest';
import { conformance, rejection, thrown, turns, until } from './backend.js';

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

conformance('imports', (make) => {
  it('import gives functions and constants of a module under a name of its own', async () => {
    const engine = make().registerModule('lib/geo 2', {
      area: (w: number, h: number) => w * h,
      later: async (x: unknown) => x,
      PI: 3.5,
      UNITS: ['m', { long: 'metre' }],
    });
    const script = 'import "lib/geo 2" as g; [g::area(6, 7), g::later(g::PI), g::UNITS[1].long]';
    expect(await engine.evalAsync(script)).toEqual([42, 3.5, 'metre']);
    expect(engine.eval('import "lib/geo 2" as g; g::area(2, g::PI)')).toBe(7);
    expect((await rejection(engine.evalAsync('import "lib/geo 2" as g; g::nothing()'))).message).toContain(
      'nothing',
    );
    expect((await rejection(engine.evalAsync('import "lib/geo 2" as g; g::NOTHING'))).message).toContain(
      'NOTHING',
    );
  });

  it('a script module is found by the resolver, which may take its time', async () => {
    const asked: unknown[] = [];
    const engine = make();
    engine.setModuleResolver(async (path, from) => {
      asked.push([path, from]);
      await turns(2);
      return {
        a: 'import "b" as b; fn twice(x) { b::add(x, x) } export const NAME = "a";',
        b: 'fn add(x, y) { x + y }',
      }[path];
    });
    const script = 'import "a" as a; a::twice(20) + 2';
    expect(await engine.evalAsync(script, { name: 'main.rhai' })).toBe(42);
    expect(asked).toEqual([
      ['a', 'main.rhai'],
      ['b', 'a'],
    ]);
    expect(await engine.evalAsync('import "a" as a; a::NAME')).toBe('a');
  });

  it('a resolver that answers at once works in eval; one that takes its time does not', () => {
    const engine = make();
    engine.setModuleResolver((path) => `export const PATH = "${path}";`);
    expect(engine.eval('import "x/y" as m; m::PATH')).toBe('x/y');
    engine.setModuleResolver(async () => '');
    expect(thrown(() => engine.eval('import "x" as m; 1'))).toMatchObject({
      name: 'RhaiAsyncFunctionError',
      functionName: 'import',
    });
  });

  it('a module may be the text of a script, also as an option of the engine', async () => {
    const engine = make({ modules: { m: 'fn f(x) { x * 2 }', host: { g: (x: number) => x + 1 } } });
    engine.registerModule('n', 'import "m" as m; fn f(x) { m::f(x) + host::g(0) }');
    expect(await engine.evalAsync('import "n" as n; n::f(20) + 1')).toBe(42);
    const other = make({ modules: (path) => (path === 'm' ? 'fn f() { 1 }' : undefined) });
    expect(await other.evalAsync('import "m" as m; m::f()')).toBe(1);
  });

  it('a module that nobody has is an error that names it, and so is a resolver that fails or lies (36)', async () => {
    const cause = new Error('disk');
    const engine = make();
    const importing = 'import "/etc/passwd" as m; 1';
    expect((await rejection(engine.evalAsync(importing))).message).toContain('/etc/passwd');
    for (const nothing of [null, undefined]) {
      engine.setModuleResolver(() => nothing);
      expect((await rejection(engine.evalAsync(importing))).message).toContain('/etc/passwd');
    }
    engine.setModuleResolver(() => Promise.reject(cause));
    expect(await rejection(engine.evalAsync(importing))).toMatchObject({ cause, functionName: 'import' });
    engine.setModuleResolver(() => 5 as never);
    expect((await rejection(engine.evalAsync(importing))).cause).toBeInstanceOf(TypeError);
    engine.setModuleResolver(undefined);
    expect((await rejection(engine.evalAsync(importing))).message).toContain('/etc/passwd');
  });

  it('a module that does not compile, or that imports itself, is an error of the run (36)', async () => {
    const engine = make({
      modules: {
        broken: 'let = 1',
        self: 'import "self" as s;',
        a: 'import "b" as b;',
        b: 'import "a" as a;',
      },
    });
    for (const path of ['broken', 'self', 'a'])
      expect((await rejection(engine.evalAsync(`import "${path}" as m; 1`))).message).toContain(path);
    expect(await engine.evalAsync('1 + 1')).toBe(2);
  });

  it('imports without end are within the memory and the deadline of the run (36)', async () => {
    const engine = make();
    engine.setModuleResolver((path) => `export const NAME = "${path}"; fn f() { NAME }`);
    const script = 'let i = 0; loop { import `m${i}` as m; i += 1; }';
    const small = engine.evalAsync(script, { limits: { maxMemoryBytes: 2 ** 20, maxOperations: 0 } });
    expect(await rejection(small)).toMatchObject({ name: 'RhaiLimitError', limit: 'maxMemoryBytes' });
    const short = engine.evalAsync(script, {
      limits: { maxMemoryBytes: 0, maxOperations: 0 },
      timeoutMs: 60,
    });
    expect(await rejection(short)).toMatchObject({ name: 'RhaiTimeoutError' });
    expect(await engine.evalAsync('import "x" as m; m::NAME')).toBe('x');
  });

  it('a resolver is asked once per run and path, and a run that waits for it can be cancelled', async () => {
    let asked = 0;
    const engine = make();
    engine.setModuleResolver(() => {
      asked++;
      return 'fn f() { 1 }';
    });
    expect(await engine.evalAsync('let s = 0; for i in 0..5 { import "m" as m; s += m::f() } s')).toBe(5);
    expect(asked).toBe(1);
    engine.setModuleResolver(() => new Promise(() => {}));
    const run = engine.evalAsync('import "m" as m; 1');
    await until(() => run.state === 'waiting');
    run.cancel('enough');
    expect((await rejection(run)).reason).toBe('enough');
    const late = engine.evalAsync('import "m" as m; 1', { limits: { hostTimeoutMs: 20 } });
    expect(await rejection(late)).toMatchObject({ name: 'RhaiTimeoutError', limit: 'hostTimeoutMs' });
  });

  it('host functions called inside a script module suspend as everywhere', async () => {
    const engine = make({ modules: { m: 'fn f(x) { [x, x].map(|y| later(y)).reduce(|s, y| s + y, 0) }' } });
    engine.registerFunction('later', async (x: number) => x);
    expect(await engine.evalAsync('import "m" as m; m::f(21)')).toBe(42);
  });

  it('an execution gets modules of the host by itself, and is asked for all others', () => {
    const engine = make({ modules: { host: { f: () => 1, C: 5 } } });
    engine.setModuleResolver(() => 'never asked');
    const execution = engine.start('import "host" as h; import "other" as o; h::C + h::f() + o::g()', {
      name: 'main',
    });
    const asked: unknown[] = [];
    for (;;) {
      const step = execution.poll();
      if (step.kind === 'suspended') {
        for (const { id, name, args } of step.requests) {
          asked.push([name, ...args]);
          execution.resume(id, { ok: name === 'import' ? 'fn g() { foreign() }' : 10 });
        }
      } else {
        expect(step).toEqual({ kind: 'done', value: 25 });
        break;
      }
    }
    expect(asked).toEqual([['import', 'other', 'main'], ['host::f'], ['foreign']]);
  });

  it('a name that the script imports means its module, also where the host has a namespace of that name', async () => {
    const engine = make({ modules: { m: 'fn f() { "module" }' } }).registerFunction('geo::f', () => 'host');
    expect(await engine.evalAsync('import "m" as geo; fn g() { geo::f() } [geo::f(), g()]')).toEqual([
      'module',
      'module',
    ]);
    expect(await engine.evalAsync('import "m" as other; [geo::f(), other::f()]')).toEqual(['host', 'module']);
  });

  it('analyze tells what is imported', () => {
    expect(make().analyze('import "a" as a;\n  import "b/c" as d; a::f()').imports).toEqual([
      { path: 'a', line: 1, column: expect.any(Number) },
      { path: 'b/c', line: 2, column: expect.any(Number) },
    ]);
  });
});
