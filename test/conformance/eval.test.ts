// eval and the engine's scope: on the calling thread, never waiting; variables stay, background runs get a copy.
import { expect, it } from 'vitest';
import {
  HostObject,
  RhaiAsyncFunctionError,
  RhaiDisposedError,
  RhaiRuntimeError,
  RhaiValueError,
  type RhaiFunction,
} from '../../src/entry/node.js';
import { conformance, gate, rejection, thrown, until } from './backend.js';

conformance('eval and scope', (make) => {
  it('runs on the calling thread', () => {
    const engine = make().registerFunction('add', (a: number, b: number) => a + b);
    expect(engine.eval('2 + 2')).toBe(4);
    expect(engine.eval('let s = 0; for i in 0..100 { s = add(s, i) } s')).toBe(4950);
  });

  it('variables set by the host are changed by eval and seen by the next eval', () => {
    const engine = make().setVar('x', 10);
    engine.eval('x += 5; let y = x * 2;');
    expect(engine.getVar('x')).toBe(15);
    expect(engine.eval('x + y')).toBe(45);
    expect(engine.vars()).toEqual({ x: 15, y: 30 });
    expect(engine.getVar('nobody')).toBeUndefined();
  });

  it('variables it changed stay changed when it fails', () => {
    const engine = make().setVar('x', 1);
    expect(() => engine.eval('x = 2; throw "no"')).toThrow(RhaiRuntimeError);
    expect(engine.getVar('x')).toBe(2);
  });

  it('evalAsync works on a copy', async () => {
    const engine = make().setVar('x', [1, 2]);
    const results = await Promise.all(
      ['x.push(3); x.len()', 'x.push(4); x.len()', 'x = 0; x'].map((script) => engine.evalAsync(script)),
    );
    expect(results).toEqual([3, 3, 0]);
    expect(engine.getVar('x')).toEqual([1, 2]);
  });

  it('a copy keeps exact Rhai types', async () => {
    const engine = make();
    engine.eval("let f = 5.0; let c = 'x'; let r = 1..4; let big = 9007199254740993; let list = [1.0, 2];");
    expect(
      await engine.evalAsync('[type_of(f), type_of(c), type_of(r), big, type_of(list[0]), type_of(list[1])]'),
    ).toEqual(['f64', 'char', expect.stringContaining('ange'), 9007199254740993n, 'f64', 'i64']);
  });

  it('commit writes the variables back', async () => {
    const engine = make().setVar('x', 1);
    await engine.evalAsync('x += 41; let made = [1.0];', { commit: true });
    expect(engine.eval('x')).toBe(42);
    expect(engine.eval('type_of(made[0])')).toBe('f64');
  });

  it('scope gives an eval variables of its own: they hide those of the engine and do not stay', () => {
    const engine = make().setVar('x', 1).setConstant('C', 7);
    expect(engine.eval('x += 1; let made = x + y; made', { scope: { x: 40, y: 2 } })).toBe(43);
    expect(engine.eval('C', { scope: new Map([['C', 8]]) })).toBe(8);
    expect(engine.vars()).toEqual({ x: 1, C: 7, made: 43 });
    const refused = thrown(() => engine.eval('x', { scope: { x: { deep: [Symbol('s')] } } }));
    expect(refused).toBeInstanceOf(RhaiValueError);
    expect((refused as RhaiValueError).path).toBe('$.x.deep[0]');
    expect(() => engine.eval('1', { scope: { 'no name': 1 } })).toThrow(TypeError);
    expect(engine.stats().runs.live).toBe(0);
    expect(engine.eval('x')).toBe(1);
  });

  it('a nested eval has a scope of its own', () => {
    const engine = make().setVar('x', 1);
    engine.registerFunction('inner', () => engine.eval('x += 100; x', { scope: { x: 5 } }));
    expect(engine.eval('x = 2; let seen = inner(); [x, seen]')).toEqual([2, 105]);
    expect(engine.vars()).toEqual({ x: 2, seen: 105 });
  });

  it('no method ignores an option that it does not have', async () => {
    const engine = make();
    const wrong = { timeout: 5 } as object;
    const calls: Record<string, () => unknown> = {
      eval: () => engine.eval('1', wrong),
      evalAsync: () => engine.evalAsync('1', wrong),
      evalStream: () => engine.evalStream('1', wrong),
      call: () => engine.call('fn f() { 1 }', 'f', [], wrong),
      start: () => engine.start('1', wrong),
      compile: () => engine.compile('1', wrong),
      registerFunction: () => engine.registerFunction('f', () => 1, wrong),
      registerModule: () => engine.registerModule('m', { f: () => 1 }, wrong),
      'a HostObject': () => new HostObject({}, wrong),
    };
    for (const [what, call] of Object.entries(calls))
      expect(thrown(call), what).toEqual(new TypeError(`${what} has no option 'timeout'`));
    expect(await rejection(engine.close(wrong))).toEqual(new TypeError("close has no option 'timeout'"));
    for (const name of ['signal', 'priority', 'commit', 'bufferSize'])
      expect(() => engine.eval('1', { [name]: 1 }), name).toThrow(`eval has no option '${name}'`);
    for (const options of [null, 5, 'text'])
      expect(() => engine.eval('1', options as unknown as object)).toThrow(TypeError);
    expect(engine.eval('1', { signal: undefined } as object)).toBe(1); // what is undefined was not given
    expect(engine.stats().runs.live).toBe(0);
  });

  it('scope gives a run variables of its own', async () => {
    const engine = make().setVar('x', 1);
    expect(await engine.evalAsync('x + y', { scope: { x: 40, y: 2 } })).toBe(42);
    expect(await engine.evalAsync('x + z', { scope: new Map([['z', 1]]) })).toBe(2);
    expect(engine.vars()).toEqual({ x: 1 });
    expect(() => engine.evalAsync('1', { scope: { 'a b': 1 } })).toThrow(TypeError);
    expect(await rejection(engine.evalAsync('1', { scope: { f: { g: () => 1 } } }))).toMatchObject({
      path: '$.f.g',
    });
  });

  it('constants cannot be assigned', async () => {
    const engine = make().setConstant('LIMIT', 5);
    expect(engine.eval('LIMIT + 1')).toBe(6);
    expect(() => engine.eval('LIMIT = 6')).toThrow(/LIMIT|constant/);
    await expect(engine.evalAsync('LIMIT = 6')).rejects.toThrow(/LIMIT|constant/);
    expect(engine.getVar('LIMIT')).toBe(5);
  });

  it('constants are seen inside functions, by their global name', async () => {
    const engine = make().setConstant('RATE', 0.5).setVar('free', 1);
    const script = 'fn half(x) { x * global::RATE } half(10)';
    expect(engine.eval(script)).toBe(5);
    expect(await engine.evalAsync(script)).toBe(5);
    expect(await engine.evalAsync(`${script} + RATE`)).toBe(5.5);
    expect(await engine.call(script, 'half', [4])).toBe(2);
    expect(await engine.evalAsync('const RATE = 2.0; fn half(x) { x * global::RATE } half(10)')).toBe(20);
    await expect(engine.evalAsync('fn f() { global::free } f()')).rejects.toThrow(/global::free/);
    await expect(engine.evalAsync('global::none')).rejects.toThrow(/global::none/);
  });

  it('clearScope forgets everything', async () => {
    const engine = make().setVar('x', 1).clearScope();
    expect(engine.vars()).toEqual({});
    expect(() => engine.eval('x')).toThrow(/x/);
    await expect(engine.evalAsync('x')).rejects.toThrow(/x/);
  });

  it('a variable that cannot be copied is named', async () => {
    const engine = make();
    engine.eval('let fine = 1; let f = |x| x + 1;');
    const error = await rejection(engine.evalAsync('1'));
    expect(error).toBeInstanceOf(RhaiValueError);
    expect(error.path).toBe('$.f');
    expect(await engine.getVar<RhaiFunction>('f')!(1)).toBe(2);
    expect(engine.getVar('fine')).toBe(1);
  });

  it('what is read may be changed without changing the engine', () => {
    const engine = make().setVar('x', { list: [1] });
    engine.getVar<any>('x').list.push(2);
    expect(engine.getVar('x')).toEqual({ list: [1] });
  });

  it('a host function may call eval of the same engine: it sees what the outer eval changed, and its own changes stay', () => {
    const engine = make().setVar('x', 1).setVar('y', 1);
    engine.registerFunction('inner', () => engine.eval('y += 10; x'));
    expect(engine.eval('x = 5; let seen = inner(); [x, y, seen]')).toEqual([5, 1, 5]);
    expect(engine.vars()).toMatchObject({ x: 5, y: 11 });
  });

  it('where the outer and the inner eval change a variable, the outer one wins', () => {
    const engine = make().setVar('x', 1);
    engine.registerFunction('inner', () => engine.eval('x += 100; x'));
    expect(engine.eval('x = 5; [inner(), x]')).toEqual([105, 5]);
    expect(engine.getVar('x')).toBe(5);
  });

  it('a host function may call eval and evalAsync of the same engine, deep', async () => {
    const engine = make();
    engine.registerFunction('down', async (n: number): Promise<unknown> =>
      n === 0 ? engine.eval('40 + 2') : engine.evalAsync(`down(${n - 1})`),
    );
    expect(await engine.evalAsync('down(50)')).toBe(42);
    engine.registerFunction('sync_down', (n: number): unknown =>
      n === 0 ? 1 : engine.eval(`sync_down(${n - 1}) + 1`),
    );
    expect(engine.eval('sync_down(30)')).toBe(31);
  });

  it('eval does not wait for a worker that computes', async () => {
    const engine = make({ limits: { computeMs: 0 } });
    const run = engine.evalAsync('loop {}');
    await until(() => run.state === 'running');
    expect(engine.eval('1 + 1')).toBe(2);
    run.cancel();
    await rejection(run);
  });

  it('eval works while runs wait', async () => {
    const door = gate();
    const engine = make().registerFunction('wait', () => door.promise);
    const run = engine.evalAsync('wait()');
    await until(() => run.state === 'waiting');
    expect(engine.eval('6 * 7')).toBe(42);
    door.open('done');
    expect(await run).toBe('done');
  });

  it('sleep in eval is refused instead of waiting, and waits in evalAsync without a thread', async () => {
    const engine = make();
    expect(() => engine.eval('sleep(1.0)')).toThrow(RhaiAsyncFunctionError);
    const started = performance.now();
    expect(await engine.evalAsync('sleep(0.02); sleep(-1); sleep(0); "awake"')).toBe('awake');
    expect(performance.now() - started).toBeGreaterThanOrEqual(19);
    expect((await rejection(engine.evalAsync('sleep("x")'))).cause).toBeInstanceOf(TypeError);
    const run = engine.evalAsync('sleep(1e9)', { timeoutMs: 30 });
    expect(await rejection(run)).toMatchObject({ name: 'RhaiTimeoutError', limit: 'timeoutMs' });
  });

  it('wrong arguments are TypeErrors and RangeErrors', () => {
    const engine = make() as any;
    for (const script of [5, null, undefined, Symbol('x'), {}, [], new Proxy({}, {})]) {
      expect(() => engine.eval(script)).toThrow(TypeError);
      expect(() => engine.evalAsync(script)).toThrow(TypeError);
      expect(() => engine.analyze(script)).toThrow(TypeError);
    }
    expect(() => engine.setVar('a b', 1)).toThrow(TypeError);
    expect(() => engine.registerFunction('a b', () => 1)).toThrow(TypeError);
    expect(() => engine.registerFunction('f', 5)).toThrow(TypeError);
    expect(() => engine.registerFunction('sync', () => 1)).toThrow(/reserved/);
    expect(() => engine.registerFunction('f', () => 1, { timeoutMs: -1 })).toThrow(RangeError);
    expect(() => engine.evalAsync('1', { timeoutMs: 'x' })).toThrow(TypeError);
    expect(() => engine.evalAsync('1', { timeoutMs: Infinity })).toThrow(RangeError);
    expect(() => engine.evalAsync('1', { limits: { maxOperation: 5 } })).toThrow(TypeError);
    expect(() => engine.evalAsync('1', { signal: 5 })).toThrow(TypeError);
    for (const bad of [Infinity, -1, NaN])
      expect(() => make({ limits: { maxOperations: bad } })).toThrow(RangeError);
    expect(() => make({ limits: { maxOperations: '10' as any } })).toThrow(TypeError);
    expect(() => make({ threads: 0 })).toThrow(RangeError);
    expect(() => make({ unknown: 1 } as any)).toThrow(TypeError);
    expect(() => make({ backend: 'jvm' as any })).toThrow(TypeError);
  });

  it('an engine closed from inside a host function ends the eval around it', () => {
    const engine = make();
    engine.registerFunction('end', () => engine.dispose());
    expect(thrown(() => engine.eval('end(); 5'))).toBeInstanceOf(RhaiDisposedError);
  });

  it('a run that was started just before an eval, a look at a variable or a poll goes on', async () => {
    const engine = make()
      .setVar('x', 1)
      .registerFunction('later', async (x: unknown) => x);
    const runs = [engine.evalAsync('later(1)')];
    engine.eval('2');
    runs.push(engine.evalAsync('later(2)'));
    engine.getVar('x');
    runs.push(engine.evalAsync('let n = 0; while n < 50000 { n += 1 } later(3)'));
    engine.start('3').poll();
    expect(await Promise.all(runs)).toEqual([1, 2, 3]);
  });
});
