// Wrong options and arguments are a TypeError or a RangeError that says what is wrong, at once and everywhere (71):
// nothing is ignored, and nothing is taken for something else.
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import {
  HostObject,
  RhaiEngine,
  RhaiRange,
  RhaiTimestamp,
  RhaiValueError,
  type EngineOptions,
} from '../../src/entry/node.js';
import { createBridge } from '../../src/entry/bridge.js';
import { conformance, rejection, thrown } from './backend.js';

conformance('options', (make, variant) => {
  const refused = (call: () => unknown, says: RegExp): void => {
    const error = thrown(call);
    expect([TypeError, RangeError], String(error)).toContain(error.constructor);
    expect(error.message).toMatch(says);
  };

  it('what is true or false is not anything else (71)', async () => {
    const engine: any = make();
    refused(() => engine.evalAsync('1', { commit: 'yes' }), /commit must be true or false/);
    refused(() => engine.start('1', { commit: 1 }), /commit must be true or false/);
    refused(() => engine.registerFunction('f', () => 1, { context: 1 }), /context must be true or false/);
    expect(await engine.evalAsync('1', { commit: undefined })).toBe(1);
  });

  it('options are an object, not a list of something (71)', () => {
    const engine: any = make();
    refused(() => engine.evalAsync('1', []), /options of evalAsync must be an object/);
    refused(() => engine.registerFunction('f', () => 1, []), /options of registerFunction must be an object/);
    refused(() => engine.evalAsync('1', { limits: [] }), /limits must be an object/);
    refused(() => RhaiEngine.createSync([] as EngineOptions), /options must be an object/);
    refused(() => make({ modules: [] as object as Record<string, object> }), /modules must be an object/);
    refused(() => engine.registerModule('m', []), /must be an object of members/);
  });

  it('variables come from a plain object or a Map of any realm, and from nothing else (71)', async () => {
    const engine: any = make();
    const far = runInNewContext('new Map([["x", 20]])') as Map<string, unknown>;
    expect(await engine.evalAsync('x + 1', { scope: far })).toBe(21);
    expect(await engine.evalAsync('x + 2', { scope: new Map([['x', 20]]) })).toBe(22);
    class Cart {
      x = 20;
    }
    expect(await engine.evalAsync('x + 3', { scope: new Cart() })).toBe(23);
    for (const scope of [[], new Date(), new Set(['x']), new Uint8Array(1), 'x', 5, null, () => 1])
      refused(() => engine.evalAsync('1', { scope }), /scope must be an object or a Map/);
  });

  it('a name that no script could say is refused where it is given (71)', () => {
    const engine: any = make();
    for (const name of ['if', 'let', 'this', 'fn', 'async', '_', '__', '', 'a b', 'ä', '1a', 5, undefined]) {
      refused(() => engine.setVar(name, 1), /variable name|reserved word/);
      refused(() => engine.setConstant(name, 1), /variable name|reserved word/);
      if (typeof name === 'string')
        refused(() => engine.evalAsync('1', { scope: { [name]: 1 } }), /variable name|reserved word/);
    }
    for (const name of ['_', 'if', 'eval', 'call', 'Fn', 'is_def_var', 'is_shared', 'a::if', 'a::', ''])
      refused(() => engine.registerFunction(name, () => 1), /function name|reserved word|language's own/);
    expect(engine.setVar('_x', 1).setVar('iff', 2).eval('_x + iff')).toBe(3);
    expect(engine.registerFunction('_f', () => 4).eval('_f()')).toBe(4);
  });

  it('options of a module name its functions, and its values can cross (71)', () => {
    const engine: any = make();
    const members = { area: (w: number) => w, UNIT: 'cm' };
    refused(
      () => engine.registerModule('m', members, { functions: { aera: { timeoutMs: 5 } } }),
      /'m' has no function 'aera'/,
    );
    refused(
      () => engine.registerModule('m', members, { functions: { UNIT: {} } }),
      /'m' has no function 'UNIT'/,
    );
    refused(() => engine.registerModule('m', members, { functions: 5 }), /functions must be an object/);
    refused(() => engine.registerModule('m', members, { doc: 5 }), /doc must be a string/);
    const error = thrown(() => engine.registerModule('m', { deep: { list: [1, Symbol('x')] } }));
    expect(error).toBeInstanceOf(RhaiValueError);
    expect(error.path).toBe('$.deep.list[1]');
    expect(engine.unregisterModule('m')).toBe(false);
    const kept = new HostObject({ a: 1 }, { properties: ['a'] });
    expect(engine.registerModule('h', { O: kept }).eval('import "h" as h; let o = h::O; o.a')).toBe(1);
  });

  it('arity and a list of parameters say the same (71)', () => {
    const engine: any = make();
    refused(
      () => engine.registerFunction('f', () => 1, { arity: 1, params: ['int', 'int'] }),
      /arity is 1, but params has 2/,
    );
    engine.registerFunction('f', () => 1, { arity: 2, params: { a: 'int', b: 'int' } });
  });

  it('values of Rhai are made of what they are (71)', async () => {
    const any = RhaiRange as any;
    for (const bad of [
      ['a', 1],
      [1.5, 2],
      [1, Infinity],
      [2n ** 63n, 1],
      [0, 2 ** 60],
    ])
      refused(() => any(...bad), /bound of a range/);
    refused(() => any(1, 2, 'yes'), /inclusive must be true or false/);
    expect(await make().evalAsync('type_of(r)', { scope: { r: RhaiRange(-5n, 7, true) } })).toBe('range=');
    refused(() => (RhaiTimestamp as any)(new Date(5)), /a number of milliseconds/);
    refused(() => RhaiTimestamp(NaN), /finite/);
    expect(+RhaiTimestamp(7) - +RhaiTimestamp(5)).toBe(2);
  });

  it('an engine is made by create, and says so', () => {
    refused(() => new (RhaiEngine as any)(), /RhaiEngine\.create\(\)/);
  });

  it.runIf(variant.isSync)('poll and createBridge know their options (71)', () => {
    const engine = make();
    const step: any = engine.start('loop {}');
    refused(() => step.poll({ feul: 5 }), /poll has no option 'feul'/);
    refused(() => step.poll(null), /options of poll must be an object/);
    refused(() => createBridge({ engine: 5 } as any), /engine must be a RhaiEngine/);
    refused(
      () => createBridge({ engine, threads: 2 }),
      /a bridge over a given engine has no option 'threads'/,
    );
    refused(() => createBridge(null as any), /options of a bridge must be an object/);
    refused(() => createBridge({ fuel: 5 } as any), /a bridge has no option 'fuel'/);
    const bridge: any = createBridge({ engine });
    refused(() => bridge.pollEval('1'), /there is no eval "1"/);
    refused(() => bridge.pollEval(7), /there is no eval 7/);
  });

  it('a wrong time says what is right (71)', async () => {
    const engine: any = make();
    refused(() => engine.evalAsync('1', { timeoutMs: Infinity }), /timeoutMs.*0 means unlimited/);
    refused(
      () => engine.registerFunction('f', () => 1, { timeoutMs: Infinity }),
      /timeoutMs.*0 means no limit/,
    );
    expect((await rejection(engine.close({ graceMs: Infinity }))).message).toMatch(/graceMs.*0 ends/);
  });
});
