// analyze, compile, Script and call: looking at scripts without running them, and running parts of them.
import { expect, it } from 'vitest';
import { RhaiSyntaxError } from '../../src/entry/node.js';
import { conformance, rejection } from './backend.js';

conformance('analyze and compile', (make) => {
  it('a valid script tells its functions, host functions and imports', () => {
    const engine = make().registerFunction('fetch', () => 1);
    const analysis = engine.analyze(
      '/// Adds.\nfn add(a, b) { a + b }\nprivate fn hidden() {}\n  fetch("x");\n',
    );
    expect(analysis).toMatchObject({ isValid: true, syntaxErrors: [], imports: [] });
    expect(analysis.functions).toEqual([
      { name: 'add', params: ['a', 'b'], private: false, line: 2, column: 1, doc: ['Adds.'] },
      { name: 'hidden', params: [], private: true, line: 3, column: 1, doc: [] },
    ]);
    expect(analysis.hostFunctions).toEqual([{ name: 'fetch', line: 4, column: 3 }]);
  });

  it('an invalid script has an error with line and column', () => {
    const analysis = make().analyze('let a = 1;\nlet b = ;');
    expect(analysis.isValid).toBe(false);
    expect(analysis.syntaxErrors).toEqual([{ message: expect.any(String), line: 2, column: 9 }]);
  });

  it('a call of a function that nobody has is a warning with its place; the script may still be valid', () => {
    const engine = make().registerFunction('known', () => 1);
    const text =
      'fn mine(x) { x }\nmine(1); known(1); len("x"); [1].map(|x| x);\n  fetch(2);\nlet m = #{}; m.any();';
    expect(engine.analyze(text)).toMatchObject({
      isValid: true,
      warnings: [{ message: expect.stringContaining("'fetch'"), line: 3, column: 3 }],
    });
    expect(engine.registerFunction('fetch', () => 1).analyze(text).warnings).toEqual([]);
    expect(engine.analyze('mine(1, 2); fn mine(x) {}').warnings).toHaveLength(1);
  });

  it('doc comments of all forms belong to the function below them', () => {
    const text = `
/** Reads a page.
 *  Slowly.
 */
fn read(url) { url }
// not a doc comment
fn plain() {}
/// Of a string: \`\${ 1 }\` fn no() {}
private fn last(a, b) { \`\${ #{ a: a }.a } fn no(x) {}\` }`;
    const { functions } = make().compile(text);
    expect(functions.map(({ name, doc, line }) => [name, doc, line])).toEqual([
      ['read', ['Reads a page.', 'Slowly.'], 5],
      ['plain', [], 7],
      ['last', ['Of a string: `${ 1 }` fn no() {}'], 9],
    ]);
  });

  it('never executes', () => {
    let called = 0;
    const engine = make({ onPrint: () => called++ }).registerFunction('f', () => called++);
    engine.analyze('print("x"); f(); f(f()); loop {}');
    engine.compile('print("x"); f(); loop {}');
    expect(called).toBe(0);
  });

  it('compile gives a script that runs many times', async () => {
    const engine = make();
    const script = engine.compile('x * 2', { name: 'double.rhai' });
    expect(script.name).toBe('double.rhai');
    expect(await Promise.all([1, 2, 3].map((x) => script.run({ scope: { x } })))).toEqual([2, 4, 6]);
    expect(engine.setVar('x', 21).eval(script)).toBe(42);
    expect(() => engine.compile('let = 5')).toThrow(RhaiSyntaxError);
  });

  it('one function of a script can be called', async () => {
    const engine = make().registerFunction('later', async (x: number) => x);
    const script = engine.compile('fn area(w, h) { later(w) * h } print("never");');
    expect(script.functions).toEqual([expect.objectContaining({ name: 'area', params: ['w', 'h'] })]);
    expect(await script.call('area', [6, 7])).toBe(42);
    expect(await engine.call('fn f(x) { x + 1 }', 'f', [1])).toBe(2);
    expect(await rejection(script.call('nobody', []))).toMatchObject({
      message: expect.stringContaining('nobody'),
    });
    expect(await rejection(engine.call('fn f(x) { x }', 'f', [Symbol('x')]))).toMatchObject({ path: '$[0]' });
  });

  it('a Script of one engine is the same script in every other engine', async () => {
    const [one, two] = [make(), make()];
    const first = one.compile('fn f(x) { x + 1 } "of one"', { name: 'one.rhai' });
    const second = two.compile('fn f(x) { x + 2 } "of two"');
    expect(await Promise.all([first.run(), second.run()])).toEqual(['of one', 'of two']);
    expect(await Promise.all([two.evalAsync(first), one.evalAsync(second)])).toEqual(['of one', 'of two']);
    expect([two.eval(first), one.eval(second)]).toEqual(['of one', 'of two']);
    expect(await two.call(first, 'f', [1])).toBe(2);
    expect(two.start(first).poll()).toEqual({ kind: 'done', value: 'of one' });
    expect(one.analyze(second).functions).toHaveLength(1);
    one.dispose();
    expect(await two.evalAsync(first)).toBe('of one');
  });

  it('a Script takes the place of a text everywhere, and may run under another name', async () => {
    const engine = make();
    const script = engine.compile('fn f() { throw 1 } 5', { name: 'one.rhai' });
    expect(engine.compile(script).source).toBe(script.source);
    expect(engine.analyze(script).functions).toHaveLength(1);
    expect((await rejection(script.call('f'))).script).toBe('one.rhai');
    expect((await rejection(script.call('f', [], { name: 'two.rhai' }))).script).toBe('two.rhai');
    expect(await script.run({ name: 'three.rhai' })).toBe(5);
    expect(script.name).toBe('one.rhai');
  });

  it('Scripts that were pushed out of the cache and run again do not fill the engine', async () => {
    const engine = make();
    const scripts = Array.from({ length: 3_000 }, (_, i) => engine.compile(`${i}`));
    for (const [i, script] of scripts.entries()) expect(engine.eval(script)).toBe(i);
    const [home] = engine.stats().cores as { programs: number }[];
    expect(home!.programs).toBeLessThan(1_100);
  });

  it('many different scripts do not fill the engine', async () => {
    const engine = make();
    const script = engine.compile('1 + 1');
    for (let i = 0; i < 3_000; i++) engine.eval(`${i} + 1`);
    expect(await script.run()).toBe(2);
    const [home] = engine.stats().cores as { programs: number }[];
    expect(home!.programs).toBeLessThan(1_100);
  });
});
