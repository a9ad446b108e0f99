// What errors say: where, in which text, which option; and nothing of our insides.
import { expect, it } from 'vitest';
import { HostObject, RhaiTimestamp } from '../../src/entry/node.js';
import { conformance, rejection } from './backend.js';

conformance('messages of errors', (make) => {
  it('a text that does not parse, given to eval or imported, has its own lines; the trace tells who asked for it', async () => {
    const engine = make().registerModule('broken', 'fn f() {\n let = 3 }');
    const fails = (script: string): Promise<any> =>
      rejection(engine.evalAsync(script, { name: 'main.rhai' }));
    const inEval = await fails('let a = 1;\n\n  eval("let b = 2;\\nlet = 3")');
    expect(inEval).toMatchObject({ name: 'RhaiSyntaxError', line: 2, column: 5, script: 'eval', source: '' });
    expect(inEval.trace).toEqual([{ function: '', source: 'main.rhai', line: 3, column: 8 }]);
    const imported = await fails('fn f() { import "broken" as m; }\n f()');
    expect(imported).toMatchObject({ name: 'RhaiSyntaxError', line: 2, column: 6, script: 'broken' });
    expect(imported.trace.map((frame: any) => [frame.function, frame.line])).toEqual([
      ['f', 1],
      ['', 2],
    ]);
    const ran = await fails('let a = 1;\n eval("let b = 2;\\n  throw b")');
    expect(ran).toMatchObject({
      name: 'RhaiRuntimeError',
      line: 2,
      column: 3,
      script: 'eval',
      codeFrame: '',
    });
    expect(ran.trace.map((frame: any) => [frame.source, frame.line])).toEqual([
      ['eval', 2],
      ['main.rhai', 2],
    ]);
    for (const error of [inEval, imported]) expect(error.message).not.toContain(' | ');
    expect(inEval.message).toContain('(line 2, column 5 of a text given to eval)');
    expect(imported.message).toContain("(line 2, column 6 of module 'broken')");
    expect((await fails('let = 1')).message).toContain('> 1 | let = 1');
  });

  it('the error of a limit names the option and its value', async () => {
    const cases: [string, object, string][] = [
      ['fn f(x) { f(x + 1) } f(0)', { maxCallDepth: 7 }, 'maxCallDepth is 7'],
      ['let s = "x"; loop { s += s }', { maxStringBytes: 100 }, 'maxStringBytes is 100'],
      ['loop {}', { maxOperations: 50 }, 'maxOperations is 50'],
      ['loop { print("abc") }', { maxOutputBytes: 9 }, 'maxOutputBytes'],
      ['1 + 1', { maxSourceBytes: 3 }, 'maxSourceBytes is 3'],
    ];
    const engine = make({ onPrint: () => {} });
    for (const [script, limits, said] of cases)
      expect((await rejection(engine.evalAsync(script, { limits }))).message).toContain(said);
  });

  it('no error tells the inner name of a type or of a closure', async () => {
    const engine = make().registerFunction('bad', () => {
      throw new TypeError('no');
    });
    const scope = { h: new HostObject({}, { type: 'Account' }), t: RhaiTimestamp(5) };
    for (const value of ['error', 'h', 't', 'f']) {
      for (const use of [
        'throw V',
        'throw [V]',
        'throw #{ a: [V] }',
        'if V {}',
        '(V).call(1, 2, 3)',
        'V + 1',
      ]) {
        const script = `let f = |x| x; try { bad() } catch (error) { ${use.replaceAll('V', value)} }`;
        const outcome = await engine
          .evalAsync(script, { scope })
          .catch(({ message, cause }) => (cause === undefined ? message : 'the host function’s own'));
        expect(String(outcome), script).not.toMatch(/rhai_bridge|::|anon\$/);
        const caught = `let said = ""; try { ${script} } catch (e) { said = e; } \`\${said}\``;
        expect(await engine.evalAsync(caught, { scope }), caught).not.toMatch(/rhai_bridge/);
      }
    }
  });
});
