// Host calls: a script calls functions of the host as plain calls, wherever an expression may stand.
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { conformance, delay, gate, until } from './backend.js';

conformance('host calls', (make) => {
  it('a sync function answers at once', async () => {
    const engine = make().registerFunction('answer', () => 42);
    expect(await engine.evalAsync('answer()')).toBe(42);
    expect(await engine.evalAsync('2 + 2')).toBe(4);
  });

  it('a script waits for an async function', async () => {
    const engine = make().registerFunction('later', async (x: number) => {
      await delay(50);
      return x;
    });
    expect(await engine.evalAsync('later(41) + 1')).toBe(42);
  });

  it('a promise that is resolved already works', async () => {
    const engine = make().registerFunction('now', (x: number) => Promise.resolve(x));
    expect(await engine.evalAsync('now(7)')).toBe(7);
  });

  it('a promise that is resolved by hand later works', async () => {
    const door = gate<number>();
    const engine = make().registerFunction('wait', () => door.promise);
    const run = engine.evalAsync('wait() * 2');
    await until(() => run.state === 'waiting');
    door.open(21);
    expect(await run).toBe(42);
  });

  it('a host function may consume a stream before it answers', async () => {
    const engine = make().registerFunction('count', async () => {
      const chunks: unknown[] = [];
      for await (const chunk of Readable.from(['a', 'b', 'c'])) chunks.push(chunk);
      return chunks.length;
    });
    expect(await engine.evalAsync('count()')).toBe(3);
  });

  it('two async calls in one expression both wait', async () => {
    const engine = make().registerFunction('later', async (x: number) => x);
    expect(await engine.evalAsync('later(20) + later(22)')).toBe(42);
  });

  it('sync and async functions mix', async () => {
    const engine = make()
      .registerFunction('later', async (x: number) => x)
      .registerFunction('now', (x: number) => x);
    expect(await engine.evalAsync('now(1) + later(2) * now(3) - later(4)')).toBe(3);
  });

  it('calls keep program order although they settle in another', async () => {
    const order: string[] = [];
    const engine = make().registerFunction('step', async (name: string, ms: number) => {
      await delay(ms);
      order.push(name);
      return name;
    });
    expect(await engine.evalAsync('step("a", 20) + step("b", 10) + step("c", 1)')).toBe('abc');
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('a call may be the argument of a call', async () => {
    const engine = make()
      .registerFunction('outer', async (x: string) => {
        await delay(20);
        return `outer_${x}`;
      })
      .registerFunction('inner', async () => {
        await delay(10);
        return 'inner';
      });
    expect(await engine.evalAsync('outer(inner())')).toBe('outer_inner');
  });

  const places: [string, string, unknown][] = [
    ['a map callback', '[1, 2, 3].map(|x| id(x) * 2)', [2, 4, 6]],
    ['a filter callback', '[1, 2, 3, 4].filter(|x| id(x) % 2 == 0)', [2, 4]],
    ['a reduce callback', '[1, 2, 3].reduce(|sum, x| sum + id(x), 0)', 6],
    ['a sort comparator', 'let a = [3, 1, 2]; a.sort(|a, b| id(a) - id(b)); a', [1, 2, 3]],
    ['an index', 'let a = [10, 20, 30]; a[id(1)]', 20],
    ['a property chain', '#{ a: [1, #{ b: 5 }] }.a[id(1)].b', 5],
    ['a condition', 'if id(1) == 1 { "yes" } else { "no" }', 'yes'],
    ['an interpolation', '`<${id(7)}>`', '<7>'],
    ['a while head', 'let n = 0; while id(n) < 3 { n += 1 } n', 3],
    ['a for head', 'let s = 0; for x in id([1, 2, 3]) { s += x } s', 6],
    ['a function argument', 'fn twice(x) { x * 2 } twice(id(21))', 42],
    ['a script function', 'fn f(x) { id(x) + 1 } f(1) + f(2)', 5],
    ['an assignment target', 'let a = [1, 2]; a[id(0)] = id(9); a', [9, 2]],
    ['a switch', 'switch id(2) { 1 => "one", 2 => "two", _ => "many" }', 'two'],
    ['a return', 'fn f() { return id(3); } f()', 3],
    ['a method call', '"abc".len() + id(1)', 4],
    ['an array literal', '[id(1), id(2)]', [1, 2]],
    ['an object literal', '#{ a: id(1) }', { a: 1 }],
    ['short-circuit logic', 'id(true) && id(false) || id(true)', true],
  ];
  for (const [place, script, expected] of places) {
    it(`an async call may stand in ${place}`, async () => {
      const engine = make().registerFunction('id', async (x: unknown) => x);
      expect(await engine.evalAsync(script)).toEqual(expected);
    });
  }

  it('functions take 0 to 10 and 24 arguments, in order', async () => {
    const engine = make().registerFunction('list', async (...args: number[]) => args);
    for (const count of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 24]) {
      const args = Array.from({ length: count }, (_, index) => index);
      expect(await engine.evalAsync(`list(${args.join(', ')})`)).toEqual(args);
      expect(
        engine.registerFunction('now', (...x: number[]) => x.length).eval(`now(${args.join(', ')})`),
      ).toBe(count);
    }
  });

  it('a function may also be called like a method', async () => {
    const engine = make().registerFunction('plus', async (a: number, b: number) => a + b);
    expect(await engine.evalAsync('let x = 40; x.plus(2)')).toBe(42);
  });

  it('registering again replaces, unregistering removes', async () => {
    const engine = make().registerFunction('f', () => 1);
    expect(await engine.evalAsync('f()')).toBe(1);
    engine.registerFunction('f', () => 2);
    expect(await engine.evalAsync('f()')).toBe(2);
    expect(engine.unregisterFunction('f')).toBe(true);
    await expect(engine.evalAsync('f()')).rejects.toThrow(/f/);
    expect(engine.unregisterFunction('f')).toBe(false);
  });

  it('a function registered after the first run is seen by the same script', async () => {
    const engine = make();
    await expect(engine.evalAsync('late_comer()')).rejects.toThrow();
    engine.registerFunction('late_comer', async () => 'here');
    expect(await engine.evalAsync('late_comer()')).toBe('here');
  });

  it('a function of the script wins over one of the host', async () => {
    const engine = make().registerFunction('f', () => 'host');
    expect(await engine.evalAsync('fn f() { "script" } f()')).toBe('script');
  });

  it('two engines with the same function name never mix', async () => {
    const a = make().registerFunction('who', async () => 'a');
    const b = make().registerFunction('who', async () => 'b');
    const results = await Promise.all([a, b, a, b].map((engine) => engine.evalAsync('who() + who()')));
    expect(results).toEqual(['aa', 'bb', 'aa', 'bb']);
  });

  it('a host function never starts before evalAsync has returned', async () => {
    const events: string[] = [];
    const engine = make().registerFunction('f', () => events.push('called'));
    const run = engine.evalAsync('f()');
    events.push('returned');
    await run;
    expect(events).toEqual(['returned', 'called']);
  });

  it('a host function gets its context when it asks for it', async () => {
    const seen: any[] = [];
    const engine = make();
    engine.registerFunction('f', (context, x) => seen.push(context, x), { context: true });
    const run = engine.evalAsync('let a = 1;\n  f(5)');
    await run;
    expect(seen[1]).toBe(5);
    expect(seen[0]).toMatchObject({ runId: run.id, position: { line: 2, column: 3 } });
    expect(seen[0].engine).toBe(engine);
    expect(seen[0].signal.aborted).toBe(true); // the call is over
  });

  it('arity is checked when it was given', async () => {
    const engine = make().registerFunction('two', (a, b) => a + b, { arity: 2 });
    expect(await engine.evalAsync('two(1, 2)')).toBe(3);
    await expect(engine.evalAsync('two(1)')).rejects.toThrow('two takes 2 arguments, got 1');
  });

  it('a function with a concurrency bound never has more calls in flight', async () => {
    let active = 0;
    let most = 0;
    const engine = make().registerFunction(
      'slow',
      async () => {
        most = Math.max(most, ++active);
        await delay(2);
        active--;
      },
      { concurrency: 3 },
    );
    await Promise.all(Array.from({ length: 20 }, () => engine.evalAsync('slow(); slow()')));
    expect(most).toBe(3);
    expect(active).toBe(0);
  });

  it('a million calls in a row need no stack', async () => {
    const engine = make({ limits: { computeMs: 0 } }).registerFunction('f', (x: number) => x);
    expect(await engine.evalAsync('let n = 0; while n < 100000 { n = f(n) + 1 } n')).toBe(100_000);
  });

  it('timers of the host fire while a script makes calls without a pause', async () => {
    const engine = make({ limits: { computeMs: 0 } }).registerFunction('f', async (x: number) => x);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await engine.evalAsync('let n = 0; while n < 30000 { n = f(n) + 1 } n');
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });
});
