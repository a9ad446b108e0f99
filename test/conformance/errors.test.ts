// Errors: one class per reaction, the very object as the cause, the script's own position and trace.
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import {
  RhaiAsyncFunctionError,
  RhaiError,
  RhaiHostError,
  RhaiRuntimeError,
  RhaiSyntaxError,
  RhaiValueError,
} from '../../src/entry/node.js';
import { conformance, isBrowser, rejection, thrown } from './backend.js';

conformance('errors', (make) => {
  it('what a host function throws is the very cause', async () => {
    const boom = Object.assign(new TypeError('boom'), { code: 'E_BOOM' });
    const engine = make()
      .registerFunction('throws', () => {
        throw boom;
      })
      .registerFunction('rejects', () => Promise.reject(boom));
    for (const name of ['throws', 'rejects']) {
      const error = await rejection(engine.evalAsync(`let a = 1;\n${name}()`));
      expect(error).toBeInstanceOf(RhaiHostError);
      expect(error).toBeInstanceOf(RhaiRuntimeError);
      expect(error.cause).toBe(boom);
      expect(error).toMatchObject({
        code: 'RHAI_HOST',
        name: 'RhaiHostError',
        functionName: name,
        message: 'boom',
        line: 2,
        column: 1,
      });
    }
  });

  it('a script catches it, and sees its message, name, code and line', async () => {
    const engine = make().registerFunction('bad', async () => {
      throw Object.assign(new RangeError('too far'), { code: 'E_FAR' });
    });
    const script = `let out = 0;
      try { bad() } catch (err) { out = [err.message, err.name, err.code, err.line, "" + err]; }
      out`;
    expect(await engine.evalAsync(script)).toEqual(['too far', 'RangeError', 'E_FAR', 2, 'too far']);
  });

  it('rethrown, the very object comes out', async () => {
    const boom = new Error('boom');
    const engine = make().registerFunction('bad', async () => {
      throw boom;
    });
    const error = await rejection(
      engine.evalAsync('fn f() { try { bad() } catch (e) { throw e; } } try { f() } catch (e) { throw e }'),
    );
    expect(error).toBeInstanceOf(RhaiHostError);
    expect(error.cause).toBe(boom);
  });

  it('an error that is passed to another host function is the very object', async () => {
    const boom = new Error('boom');
    let seen: unknown;
    const engine = make()
      .registerFunction('bad', () => Promise.reject(boom))
      .registerFunction('look', (error) => {
        seen = error;
      });
    await engine.evalAsync('try { bad() } catch (e) { look(e) }');
    expect(seen).toBe(boom);
  });

  it('errors keep their identity through two engines', async () => {
    const boom = new Error('boom');
    const inner = make().registerFunction('bad', () => Promise.reject(boom));
    const outer = make().registerFunction('nested', () => inner.evalAsync('bad()'));
    const error = await rejection(outer.evalAsync('nested()'));
    expect(error.cause).toBeInstanceOf(RhaiHostError);
    expect(error.cause.cause).toBe(boom);
  });

  it('an error inside functions carries line, column and the script frames', async () => {
    const engine = make().registerFunction('bad', async () => {
      throw new Error('deep');
    });
    const error = await rejection(
      engine.evalAsync('fn inner() {\n  bad();\n}\nfn outer() { inner(); }\nouter();', { name: 'deep.rhai' }),
    );
    expect(error).toMatchObject({ line: 2, column: 3, script: 'deep.rhai' });
    expect(error.trace.map((frame: any) => frame.function)).toEqual(['inner', 'outer', expect.anything()]);
    expect(error.trace[0]).toMatchObject({ line: 2, source: 'deep.rhai' });
    expect(error.stack).toMatch(/at inner \(deep\.rhai:2:\d+\)/);
    const shown = inspect(error);
    expect(shown).toContain('> 2 |   bad();');
    expect(shown).toContain('caused by Error: deep');
  });

  it('toJSON gives code, message, position, trace and the cause, and no JavaScript stack', async () => {
    const engine = make().registerFunction('bad', () => {
      throw new Error('no');
    });
    const json = JSON.parse(JSON.stringify(await rejection(engine.evalAsync('bad()'))));
    expect(json).toMatchObject({
      name: 'RhaiHostError',
      code: 'RHAI_HOST',
      message: 'no',
      position: { line: 1, column: 1 },
      cause: { name: 'Error', message: 'no' },
    });
    expect(JSON.stringify(json)).not.toContain('.test.ts');
  });

  it('throw of a script carries its value', async () => {
    const error = await rejection(make().evalAsync('throw #{ why: [1, 2] };'));
    expect(error).toBeInstanceOf(RhaiRuntimeError);
    expect(error).not.toBeInstanceOf(RhaiHostError);
    expect(error.value).toEqual({ why: [1, 2] });
    expect(await rejection(make().evalAsync('1 / 0'))).toMatchObject({
      code: 'RHAI_RUNTIME',
      kind: 'ErrorArithmetic',
      line: 1,
    });
  });

  it('a syntax error has a position and a code frame', async () => {
    const error = await rejection(make().evalAsync('let a = 1;\nlet b = ;'));
    expect(error).toBeInstanceOf(RhaiSyntaxError);
    expect(error).toMatchObject({ line: 2, code: 'RHAI_SYNTAX', source: 'let a = 1;\nlet b = ;' });
    expect(error.message).toContain('> 2 | let b = ;');
    expect(() => make().eval('let = ')).toThrow(RhaiSyntaxError);
    expect(() => make().compile('fn (')).toThrow(RhaiSyntaxError);
  });

  it('a lone surrogate in a script is a syntax error with its position', () => {
    expect(thrown(() => make().eval('1;\n"a\ud800"'))).toMatchObject({
      name: 'RhaiSyntaxError',
      line: 2,
      column: 3,
    });
  });

  it('an unknown function is a runtime error that names it', async () => {
    const error = await rejection(make().evalAsync('nobody(1, "x")'));
    expect(error).toBeInstanceOf(RhaiRuntimeError);
    expect(error.message).toContain('nobody');
    expect(error).toMatchObject({ line: 1, column: 1, kind: 'ErrorFunctionNotFound' });
  });

  const odd: [string, () => unknown][] = [
    ['a string', () => 'just text'],
    ['undefined', () => undefined],
    ['null', () => null],
    ['a Symbol', () => Symbol('odd')],
    ['a number', () => 5],
    [
      'an object whose toString throws',
      () => ({
        toString() {
          throw new Error('no');
        },
      }),
    ],
    ['an object without a prototype', () => Object.create(null)],
    [
      'a proxy with throwing traps',
      () =>
        new Proxy(
          {},
          {
            get() {
              throw new Error('no');
            },
            getPrototypeOf() {
              throw new Error('no');
            },
          },
        ),
    ],
    ['a frozen error', () => Object.freeze(new Error('frozen'))],
    ['an error of another realm', () => runInNewContext('new Error("far")')],
    [
      'an error with a throwing message',
      () =>
        Object.defineProperty(new Error('x'), 'message', {
          get() {
            throw new Error('no');
          },
        }),
    ],
    ['an AggregateError', () => new AggregateError([new Error('a')], 'many')],
    [
      'an error whose cause is itself',
      () => {
        const e = new Error('loop');
        e.cause = e;
        return e;
      },
    ],
    ['a message with a lone surrogate', () => new Error('bad \ud800')],
    ['a very long message', () => new Error('x'.repeat(1 << 20))],
  ];
  for (const [name, make_] of odd) {
    it(`${name} may be thrown and rejected with`, async () => {
      const value = make_();
      const engine = make()
        .registerFunction('throws', () => {
          throw value;
        })

        .registerFunction('rejects', () => Promise.reject(value));
      for (const call of ['throws()', 'rejects()']) {
        const error = await rejection(engine.evalAsync(call));
        expect(error).toBeInstanceOf(RhaiHostError);
        expect(Object.is(error.cause, value)).toBe(true);
        expect(typeof error.message).toBe('string');
        expect(() => [inspect(error), JSON.stringify(error)]).not.toThrow();
      }
      expect(Object.is(thrown(() => engine.eval('throws()')).cause, value)).toBe(true);
      expect(await engine.evalAsync('40 + 2')).toBe(42);
    });
  }

  it('causes are capped when printed as JSON', async () => {
    const top = make();
    let error: any = new Error('root');
    for (let depth = 0; depth < 1000; depth++)
      error = new RhaiError('RHAI_RUNTIME', 'level', { cause: error });
    const outer = await rejection(
      top.registerFunction('bad', () => Promise.reject(error)).evalAsync('bad()'),
    );
    expect(JSON.stringify(outer).split('"cause"').length).toBeLessThan(20);
  });

  it('a result that cannot cross is the cause, with its path', async () => {
    const engine = make().registerFunction('give', async () => ({ users: [{ avatar: () => 1 }] }));
    const error = await rejection(engine.evalAsync('give()'));
    expect(error).toBeInstanceOf(RhaiHostError);
    expect(error.cause).toBeInstanceOf(RhaiValueError);
    expect(error.cause.path).toBe('$.users[0].avatar');
  });

  it('eval of an async function fails at once and says what to do', () => {
    const engine = make().registerFunction('later', () => new Promise(() => {}));
    const error = thrown(() => engine.eval('let a = 1; later()'));
    expect(error).toBeInstanceOf(RhaiAsyncFunctionError);
    expect(error.message).toBe("Script attempted to call async function 'later'. Use evalAsync() instead.");
    expect(error.functionName).toBe('later');
    expect(engine.eval('a + 1')).toBe(2);
  });

  it.skipIf(isBrowser)('nothing of the host reaches the script (a page has no files)', async () => {
    const { readFile } = await import('node:fs/promises');
    const engine = make()
      .registerFunction('read', () => readFile('/nowhere/secret/file.txt'))
      .registerFunction('cwd', () => {
        throw new Error(`cannot open ${process.cwd()}/config.json`);
      });
    const text = await engine.evalAsync<string>(
      'let t = ""; try { read() } catch (e) { t += `${e}` } try { cwd() } catch (e) { t += `${e}` } t',
    );
    expect(text).toContain('ENOENT');
    expect(text).not.toContain('/nowhere');
    expect(text).not.toContain(process.cwd());
  });
});
