// Standard Schema: validators check what crosses at run time, and type it for the compiler (test/unit/types.test.ts).
import { expect, it } from 'vitest';
import { z } from 'zod';
import { RhaiHostError, RhaiValueError, type StandardSchema } from '../../src/entry/node.js';
import { conformance, rejection, thrown } from './backend.js';

const User = z.object({ name: z.string(), age: z.number().int() });

/** A validator that takes its time, of no library. */
const slowNumber: StandardSchema<unknown, number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) => {
      await Promise.resolve();
      return typeof value === 'number'
        ? { value: value + 1000 }
        : { issues: [{ message: 'not a number', path: ['deep', { key: 3 }, Symbol('s')] }] };
    },
  },
};

conformance('schemas', (make) => {
  it("arguments reach the function as the validator's values", async () => {
    const engine = make().registerFunction('greet', (user, times) => `${user.name} ${times * 2}`, {
      params: [
        ['user', User],
        ['times', z.coerce.number()],
      ],
      returns: z.string(),
    });
    expect(await engine.evalAsync('greet(#{ name: "Ann", age: 5 }, "21")')).toBe('Ann 42');
    expect(engine.eval('greet(#{ name: "Ann", age: 5 }, 1)')).toBe('Ann 2');
  });

  it('a wrong argument is an error at the call, with the path of what is wrong, and the function is not called', async () => {
    let called = 0;
    const engine = make().registerFunction('save', () => ++called, { params: { id: 'int', user: User } });
    const error = await rejection(engine.evalAsync('save(1, #{ name: "Ann", age: "old" })'));
    expect(error).toBeInstanceOf(RhaiHostError);
    expect(error.functionName).toBe('save');
    expect(error.cause).toBeInstanceOf(RhaiValueError);
    expect(error.cause.path).toBe('$[1].age');
    expect(error.cause.message).toContain("Argument 'user' of save");
    expect(error.cause.issues).toHaveLength(1);
    const many = thrown(() => engine.eval('save(1, #{})'));
    expect(many.cause.issues).toHaveLength(2);
    expect(many.message).toContain('and 1 more');
    expect(thrown(() => engine.eval('save(1)')).cause.path).toBe('$[1]');
    expect(called).toBe(0);
    const caught = 'let e = (); try { save(1, 5) } catch (err) { e = err.code } e';
    expect(await engine.evalAsync(caught)).toBe('RHAI_VALUE');
  });

  it('with a context, the context comes first and is not checked', async () => {
    const engine = make().registerFunction('f', (context, n) => context.runId > 0 && n === 5, {
      context: true,
      params: [z.number()],
    });
    expect(await engine.evalAsync('f(5)')).toBe(true);
    expect((await rejection(engine.evalAsync('f("x")'))).cause.path).toBe('$[0]');
  });

  it('a wrong result, sync or async, is an error that names the function', async () => {
    const engine = make();
    engine.registerFunction('now', () => ({ name: 5, age: 1 }) as never, { returns: User });
    engine.registerFunction('later', async () => ({ name: 'x', age: 1.5 }), { returns: User });
    for (const [call, path] of [
      ['now()', '$.name'],
      ['later()', '$.age'],
    ] as const) {
      const { cause } = await rejection(engine.evalAsync(call));
      expect(cause).toBeInstanceOf(RhaiValueError);
      expect([cause.path, cause.message]).toEqual([
        path,
        expect.stringContaining(`The result of ${call.slice(0, -2)}`),
      ]);
    }
  });

  it("what the validator makes of a result is what the script gets, and the function's own error stays itself", async () => {
    const own = new Error('own');
    const engine = make()
      .registerFunction('trimmed', async () => '  x ', { returns: z.string().trim() })
      .registerFunction('fails', async () => Promise.reject(own), { returns: z.string() });
    expect(await engine.evalAsync('trimmed()')).toBe('x');
    expect((await rejection(engine.evalAsync('fails()'))).cause).toBe(own);
  });

  it('an asynchronous validator suspends the script; in eval it is an async function', async () => {
    const engine = make()
      .registerFunction('f', (n) => n, { params: [slowNumber] })
      .registerFunction('g', () => 5, { returns: slowNumber });
    expect(await engine.evalAsync('f(1) + g()')).toBe(1001 + 1005);
    const { cause } = await rejection(engine.evalAsync('f("x")'));
    expect(cause.path).toBe('$[0].deep[3]["Symbol(s)"]');
    for (const call of ['f(1)', 'g()'])
      expect(thrown(() => engine.eval(call)).name).toBe('RhaiAsyncFunctionError');
  });

  it('a schema of a run checks its result, everywhere a run can be', async () => {
    const engine = make();
    const script = engine.compile('fn user(age) { #{ name: "Ann", age: age } } user(7)');
    const ann = { name: 'Ann', age: 7 };
    expect(await engine.evalAsync(script, { schema: User })).toEqual(ann);
    expect(await script.run({ schema: User })).toEqual(ann);
    expect(await engine.call(script, 'user', [7], { schema: User })).toEqual(ann);
    expect(engine.eval(script, { schema: User })).toEqual(ann);
    for (const error of [
      await rejection(engine.evalAsync('#{ name: "x" }', { schema: User })),
      await rejection(engine.call(script, 'user', ['old'], { schema: User })),
      thrown(() => engine.eval('#{ name: "x" }', { schema: User })),
    ]) {
      expect(error).toBeInstanceOf(RhaiValueError);
      expect(error.path).toBe('$.age');
    }
  });

  it('the result may be transformed, also asynchronously, but not in eval', async () => {
    const engine = make();
    expect(await engine.evalAsync('"5"', { schema: z.coerce.number() })).toBe(5);
    expect(await engine.evalAsync('5', { schema: slowNumber })).toBe(1005);
    expect((await rejection(engine.evalAsync('"x"', { schema: slowNumber }))).path).toContain('$.deep[3]');
    expect(thrown(() => engine.eval('5', { schema: slowNumber }))).toBeInstanceOf(TypeError);
  });

  it('a schema of a stream checks every value; one it refuses is thrown at the emit', async () => {
    const engine = make();
    const values: number[] = [];
    for await (const value of engine.evalStream('emit("1"); emit(2)', { schema: z.coerce.number() }))
      values.push(value);
    for await (const value of engine.evalStream('emit(3); emit(4)', { schema: slowNumber }))
      values.push(value);
    expect(values).toEqual([1, 2, 1003, 1004]);
    const stream = engine.evalStream('emit(1); emit("x")', { schema: z.number() });
    expect((await stream.next()).value).toBe(1);
    expect((await rejection(stream.next())).cause).toBeInstanceOf(RhaiValueError);
  });

  it('what is no validator is refused at once (71)', () => {
    const engine = make();
    for (const schema of [5, 'string', {}, { '~standard': {} }, null]) {
      expect(() => engine.evalAsync('1', { schema: schema as never })).toThrow(TypeError);
    }
    for (const params of [5, null, [5], { a: 5 }, { a: '' }, [['1x', 'int']], z.string()]) {
      expect(() => engine.registerFunction('f', () => 1, { params: params as never })).toThrow(TypeError);
    }
    expect(() => engine.registerFunction('f', () => 1, { returns: 5 as never })).toThrow(TypeError);
    expect(() => engine.registerFunction('f', () => 1, { doc: 5 as never })).toThrow(TypeError);
  });
});
