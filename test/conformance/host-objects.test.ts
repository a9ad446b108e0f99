// Host objects: a script holds one, passes it back, and uses what was declared; everything else it cannot touch.
// long because: one file for all that a script can do with one kind of value.
import { expect, it } from 'vitest';
import {
  HostObject,
  RhaiAsyncFunctionError,
  RhaiHostError,
  RhaiRuntimeError,
  RhaiTimeoutError,
  RhaiValueError,
} from '../../src/entry/node.js';
import { conformance, rejection, thrown, turns, until } from './backend.js';

class User {
  name = 'Ada';
  age = 36;
  secret = 'hidden';
  tags = ['a'];
  place = { x: 1, y: 2 };
  list = [1, 2, 3];
  friend: HostObject | null = null;
  get broken(): never {
    throw new RangeError('no such thing');
  }
  get later(): Promise<number> {
    return Promise.resolve(7);
  }
  greet(greeting: string, other?: unknown): string {
    return `${greeting}, ${this.name}${other === undefined ? '' : '!'}`;
  }
  async slow(x: number): Promise<number> {
    await turns(1);
    return x + this.age;
  }
  fail(): never {
    throw new TypeError('refused');
  }
  self(): unknown {
    return new HostObject(this, { properties: ['name'] });
  }
}

const options = {
  properties: ['name', 'broken', 'later', 'list'],
  writable: ['age', 'tags', 'place', 'friend'],
  methods: ['greet', 'slow', 'fail', 'self'],
} as const;

const user = (target = new User()): HostObject<User> => new HostObject(target, options);

conformance('host objects', (make) => {
  it('declared properties are read, also of async getters, in chains, callbacks and functions', async () => {
    const engine = make();
    const run = (script: string): Promise<unknown> => engine.evalAsync(script, { scope: { u: user() } });
    expect(await run('u.name')).toBe('Ada');
    expect(await run('u.later + 1')).toBe(8);
    expect(await run('u.name.len() + u.list[1] + u.place.x')).toBe(6);
    expect(await run('[u, u].map(|o| o.age)')).toEqual([36, 36]);
    expect(await run('fn f(o) { o.name } f(u) + `${u.age}`')).toBe('Ada36');
    expect(await run('let m = #{ o: [u] }; m.o[0].name')).toBe('Ada');
    expect(await run('u?.name')).toBe('Ada');
    expect(await run('let a = 0; for i in 0..100 { a += u.age } a')).toBe(3600);
  });

  it('writable properties are assigned, changed in place and written back', async () => {
    const target = new User();
    const engine = make();
    const run = (script: string): Promise<unknown> =>
      engine.evalAsync(script, { scope: { u: user(target) } });
    await run('u.age = 40; u.age += 2;');
    expect(target.age).toBe(42);
    await run('u.place.x = 5; u.place.y += 1;');
    expect(target.place).toEqual({ x: 5, y: 3 });
    await run('u.tags.push("b"); u.tags[0] = "z"; u.tags[1] += "!";');
    expect(target.tags).toEqual(['z', 'b!']);
    await run('let m = #{ o: u }; m.o.age = 1;');
    expect(target.age).toBe(1);
    expect(await run('u.age = 3; u.age')).toBe(3);
  });

  it('what a chain only reads is not written back', async () => {
    let writes = 0;
    const target = {
      get items() {
        return [1, 2, 3];
      },
      set items(_) {
        writes++;
      },
    };
    const scope = { u: new HostObject(target, { writable: ['items'] }) };
    expect(await make().evalAsync('u.items.len() + u.items[0] + u.items.map(|x| x)[2]', { scope })).toBe(7);
    expect(writes).toBe(0);
    await make().evalAsync('u.items.push(1); u.items[0] = 2;', { scope });
    expect(writes).toBe(2);
  });

  it('host objects inside host objects are the objects, not copies', async () => {
    const [a, b] = [new User(), new User()];
    a.friend = user(b);
    await make().evalAsync('u.friend.age = 7; u.friend.place.x += 10; u.friend.tags.push("q");', {
      scope: { u: user(a) },
    });
    expect([b.age, b.place.x, b.tags]).toEqual([7, 11, ['a', 'q']]);
  });

  it('declared methods are called, async ones awaited, in any place of a chain', async () => {
    const engine = make();
    const run = (script: string): Promise<unknown> => engine.evalAsync(script, { scope: { u: user() } });
    expect(await run('u.greet("Hi")')).toBe('Hi, Ada');
    expect(await run('u.slow(1) + u.slow(2)')).toBe(75);
    expect(await run('u.greet("Hi").to_upper().len()')).toBe(7);
    expect(await run('[1, 2].map(|x| u.slow(x))')).toEqual([37, 38]);
    expect(await run('u.self().name')).toBe('Ada');
    expect(await run('let f = |o, x| o.slow(x); f.call(u, 4)')).toBe(40);
    expect(await run('[1, 2, 3].filter(|x| u.slow(x) > 37).len()')).toBe(2);
  });

  it('passed back it is the very object, from variables, arguments, results, containers and closures', async () => {
    const mine = user();
    const seen: unknown[] = [];
    const engine = make()
      .registerFunction('give', () => mine)
      .registerFunction('see', (...args) => void seen.push(...args));
    expect(await engine.evalAsync('let o = give(); see(o, [o], #{ k: o }); o')).toBe(mine);
    expect(seen).toEqual([mine, [mine], { k: mine }]);
    expect((seen[1] as unknown[])[0]).toBe(mine);
    expect(await engine.evalAsync('u', { scope: { u: mine } })).toBe(mine);
    expect(engine.setVar('u', mine).getVar('u')).toBe(mine);
    expect(engine.eval('u')).toBe(mine);
    expect(await engine.evalAsync('[u, u]')).toEqual([mine, mine]);
  });

  it('it equals itself alone, has its type, and prints as its type', async () => {
    const [a, b] = [user(), user()];
    const printed: string[] = [];
    const engine = make({ onPrint: (text) => printed.push(text) });
    const run = (script: string): Promise<unknown> => engine.evalAsync(script, { scope: { a, b } });
    expect(await run('[a == a, a == b, a != b, a == 1, [b, a].contains(a), [b, a].index_of(a)]')).toEqual([
      true,
      false,
      true,
      false,
      true,
      1,
    ]);
    expect(await run('[type_of(a), a.type_of(), `${a}`, a.to_string(), type_of([a])]')).toEqual([
      'User',
      'User',
      'User',
      'User',
      'array',
    ]);
    await run('print(a); print([a])');
    expect(printed).toEqual(['User', '[User]']);
  });

  it('what is not declared fails as in rhai, with the name of the type, and never reaches the target', async () => {
    const target = new User();
    const engine = make();
    const run = (script: string): Promise<any> =>
      rejection(engine.evalAsync(script, { scope: { u: user(target) } }));
    const cases: [string, string, string][] = [
      ['u.secret', 'ErrorDotExpr', "Unknown property 'secret' - a getter is not registered for type 'User'"],
      [
        'u.name = "Eve"',
        'ErrorDotExpr',
        "No writable property 'name' - a setter is not registered for type 'User'",
      ],
      [
        'u.name += "Eve"',
        'ErrorDotExpr',
        "No writable property 'name' - a setter is not registered for type 'User'",
      ],
      ['u.greet', 'ErrorDotExpr', "Unknown property 'greet'"],
      ['u.constructor', 'ErrorDotExpr', "Unknown property 'constructor'"],
      ['u.__proto__', 'ErrorDotExpr', "Unknown property '__proto__'"],
      ['u.name()', 'ErrorFunctionNotFound', 'name (User)'],
      ['u.secret(1)', 'ErrorFunctionNotFound', 'secret (User, i64)'],
      ['u.toString()', 'ErrorFunctionNotFound', 'toString (User)'],
      ['u["name"]', 'ErrorIndexingType', 'User'],
      ['u + 1', 'ErrorFunctionNotFound', '+ (User, i64)'],
    ];
    for (const [script, kind, message] of cases) {
      const error = await run(script);
      expect(error, script).toBeInstanceOf(RhaiRuntimeError);
      expect(error, script).not.toBeInstanceOf(RhaiHostError);
      expect(error.kind, script).toBe(kind);
      expect(error.message, script).toContain(message);
      expect(error.line, script).toBe(1);
    }
    expect(target.name).toBe('Ada');
    const caught = 'let r = 0; try { u.secret } catch { r = 5 } r';
    expect(await engine.evalAsync(caught, { scope: { u: user() } })).toBe(5);
  });

  it('a member that throws is a host error with the very cause, and can be caught', async () => {
    const engine = make();
    const scope = { u: user() };
    const method = await rejection(engine.evalAsync('let a = 1;\nu.fail()', { scope }));
    expect(method).toBeInstanceOf(RhaiHostError);
    expect(method).toMatchObject({ functionName: 'User.fail', message: 'refused', line: 2 });
    expect(method.cause).toBeInstanceOf(TypeError);
    const getter = await rejection(engine.evalAsync('u.broken.x', { scope }));
    expect(getter).toMatchObject({ functionName: 'User.broken', message: 'no such thing' });
    const caught = 'let m = 0; try { u.fail() } catch (e) { m = e.message } m';
    expect(await engine.evalAsync(caught, { scope })).toBe('refused');
    expect(
      await engine.evalAsync('let r = 0; try { r = u.broken } catch { r = 9 } r + u.age', { scope }),
    ).toBe(45);
    const frozen = new HostObject(Object.freeze({ a: 1 }), { writable: ['a'] });
    expect(await rejection(engine.evalAsync('u.a = 2', { scope: { u: frozen } }))).toBeInstanceOf(
      RhaiHostError,
    );
  });

  it('a member whose value cannot cross is a value error', async () => {
    const u = new HostObject(
      { f: () => 1, take: (x: unknown) => x },
      { properties: ['f'], methods: ['take'] },
    );
    const error = await rejection(make().evalAsync('u.f', { scope: { u } }));
    expect(error).toBeInstanceOf(RhaiHostError);
    expect(error.cause).toBeInstanceOf(RhaiValueError);
  });

  it('members obey the run: time-out, cancel, and eval cannot wait', async () => {
    const target = {
      wait: () => new Promise(() => {}),
      get slow() {
        return new Promise(() => {});
      },
    };
    const u = new HostObject(target, { type: 'Slow', properties: ['slow'], methods: ['wait'] });
    const engine = make({ limits: { hostTimeoutMs: 20 } });
    const error = await rejection(engine.evalAsync('u.wait()', { scope: { u } }));
    expect(error).toBeInstanceOf(RhaiTimeoutError);
    expect(error.limit).toBe('hostTimeoutMs');
    const run = engine.evalAsync('u.slow', { scope: { u }, limits: { hostTimeoutMs: 0 } });
    await until(() => engine.stats().calls.length > 0);
    expect(engine.stats().calls[0]!.functionName).toBe('Slow.slow');
    run.cancel();
    expect((await rejection(run)).name).toBe('RhaiCancelledError');
    engine.setVar('u', u);
    expect(thrown(() => engine.eval('u.wait()'))).toBeInstanceOf(RhaiAsyncFunctionError);
    expect(engine.setVar('p', user()).eval('p.greet("Yo") + p.age')).toBe('Yo, Ada36');
  });

  it("a script's own function beats a method, a method beats a host function", async () => {
    const engine = make().registerFunction('greet', () => 'host');
    const scope = { u: user() };
    expect(await engine.evalAsync('u.greet("Hi")', { scope })).toBe('Hi, Ada');
    expect(await engine.evalAsync('fn greet(x) { "script" } u.greet("Hi")', { scope })).toBe('script');
    expect(await engine.evalAsync('fn User.twice() { this.age * 2 } u.twice()', { scope })).toBe(72);
  });

  it('captured and shared between closures it is one object', async () => {
    const target = new User();
    const script = 'let o = u; let inc = || o.age += 1; inc.call(); inc.call(); o.age';
    expect(await make().evalAsync(script, { scope: { u: user(target) } })).toBe(38);
    expect(target.age).toBe(38);
  });

  it('it crosses between engines and from scope to run', async () => {
    const mine = user();
    const inner = make();
    const outer = make().registerFunction('nested', (o) => inner.evalAsync('o', { scope: { o } }));
    expect(await outer.evalAsync('nested(o)', { scope: { o: mine } })).toBe(mine);
    outer.setConstant('k', mine);
    expect(await outer.evalAsync('k.name')).toBe('Ada');
    expect(outer.eval('let copy = k; copy.age = 50; k.age')).toBe(50);
  });

  it('objects are let go when no script holds them, and kept while one does', async () => {
    const engine = make().registerFunction(
      'fresh',
      (n: number) => new HostObject({ n }, { properties: ['n'] }),
    );
    expect(await engine.evalAsync('let s = 0; for i in 0..500 { s += fresh(i).n } s')).toBe(124_750);
    await until(() => engine.stats().hostObjects === 0);
    engine.setVar('kept', user());
    expect(await engine.evalAsync('kept.age')).toBe(36);
    await until(() => engine.stats().hostObjects === 1);
    engine.clearScope();
    engine.eval('1');
    await until(() => engine.stats().hostObjects === 0);
  });

  it('wrong declarations are refused at once', () => {
    const bad: [unknown, unknown][] = [
      [null, {}],
      [5, {}],
      [{}, null],
      [{}, { properties: 'name' }],
      [{}, { methods: [1] }],
      [{}, { methods: ['not a name'] }],
      [{}, { writable: [''] }],
      [{}, { type: 'a b' }],
      [{}, { type: 5 }],
    ];
    for (const [target, given] of bad) {
      expect(() => new HostObject(target as object, given as object)).toThrow(TypeError);
    }
    expect(new HostObject({}).type).toBe('HostObject');
    expect(new HostObject(new User()).type).toBe('User');
  });
});
