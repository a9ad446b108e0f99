// Numbers at their edges, one law for each row of the list of bad inputs (49–57), with the exact value or error of each
// input. That thousands of combinations of them never break a promise is tested by hostile.test.ts.
import { expect, it } from 'vitest';
import {
  RhaiFloat,
  RhaiHostError,
  RhaiRuntimeError,
  RhaiTimestamp,
  RhaiValueError,
} from '../../src/entry/node.js';
import { conformance, rejection, thrown } from '../conformance/backend.js';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

conformance('bad numbers', (make) => {
  /** Scripts and their values; `Error` stands for an error that the script could catch. */
  const table = async (rows: readonly (readonly [script: string, outcome: unknown])[]): Promise<void> => {
    const engine = make().setVar('MIN', MIN).setVar('MAX', MAX);
    for (const [script, outcome] of rows) {
      const ran = await engine.evalAsync(script).catch((error: unknown) => error);
      if (outcome !== Error) expect(ran, script).toEqual(outcome);
      else expect(ran, script).toBeInstanceOf(RhaiRuntimeError);
      const caught = `let said = "value"; try { ${script} } catch { said = "caught"; } said`;
      expect(await engine.evalAsync(caught), script).toBe(outcome === Error ? 'caught' : 'value');
    }
  };

  it('49: arithmetic of ints that does not fit is an error, never a wrapped value', () =>
    table([
      ['MAX + 1', Error],
      ['MIN - 1', Error],
      ['-MIN', Error],
      ['abs(MIN)', Error],
      ['MIN / -1', Error],
      ['MIN % -1', Error],
      ['MAX * 2', Error],
      ['1 / 0', Error],
      ['1 % 0', Error],
      ['2 ** MAX', Error],
      ['2 ** 63', Error],
      ['2 ** -1', Error],
      ['let x = MAX; x += 1; x', Error],
      ['MAX + 0', MAX],
      ['MIN + 0', MIN],
      ['1 << 63', MIN],
      ['-1 >> 63', -1],
      ['1 << MAX', 0],
      ['1 >> MAX', 0],
      ['1 << MIN', 0],
    ]));

  it('50: floats are those of IEEE, and sorting or switching over NaN does not panic', () =>
    table([
      ['1e308 * 10.0', Infinity],
      ['-1e308 * 10.0', -Infinity],
      ['5e-324 / 2.0', 0],
      ['5e-324', 5e-324],
      ['0.0 / 0.0', NaN],
      ['-0.0', -0],
      ['let n = 0.0 / 0.0; n == n', false],
      ['let n = 0.0 / 0.0; [n].contains(n)', false],
      ['let n = 0.0 / 0.0; let a = [n, 1.0, n, 0.5]; a.sort(); a.len()', 4],
      ['switch 0.0 / 0.0 { 0.0 => 1, _ => 2 }', 2],
      ['let m = #{}; m[`${0.0 / 0.0}`] = 1; m', { NaN: 1 }],
    ]));

  it('51: a number that is no safe integer is a float as it is, never a 0, a clamped or a cut int', async () => {
    const odd = [NaN, Infinity, -Infinity, -0, 1.9, 2 ** 53, 2 ** 53 + 2, 2 ** 63, -(2 ** 63), 1e300];
    const engine = make().registerFunction('give', (index: number) => odd[index]);
    for (const [index, number] of odd.entries()) {
      expect(await engine.evalAsync(`type_of(give(${index}))`), String(number)).toBe('f64');
      expect(Object.is(await engine.evalAsync(`give(${index})`), number), String(number)).toBe(true);
      const asIndex = await rejection(engine.evalAsync(`[1, 2, 3][give(${index})]`));
      expect(asIndex, String(number)).toBeInstanceOf(RhaiRuntimeError);
    }
    for (const number of [0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      expect(await engine.evalAsync('type_of(x)', { scope: { x: number } })).toBe('i64');
      expect(await engine.evalAsync('type_of(x)', { scope: { x: RhaiFloat(number) } })).toBe('f64');
    }
  });

  it('52: a bigint is an int when it fits 64 bits, and refused when not', async () => {
    const engine = make();
    for (const big of [MAX + 1n, MIN - 1n, 2n ** 200n, -(2n ** 64n)]) {
      const error = await rejection(engine.registerFunction('give', () => [big]).evalAsync('give()'));
      expect(error).toBeInstanceOf(RhaiHostError);
      expect(error.cause).toMatchObject({ name: 'RhaiValueError', path: '$[0]' });
      expect(thrown(() => engine.setVar('x', big))).toBeInstanceOf(RhaiValueError);
    }
    for (const big of [0n, 5n, MAX, MIN]) {
      expect(await engine.evalAsync('type_of(x)', { scope: { x: big } })).toBe('i64');
      expect(await engine.evalAsync(`x == ${big}`, { scope: { x: big } })).toBe(true);
    }
  });

  it('53: an int beyond the safe numbers comes as a bigint, exactly, or as an error where numbers are asked for', async () => {
    const edges = [2n ** 53n, -(2n ** 53n), 2n ** 53n + 1n, MAX, MIN];
    const engine = make().registerFunction('echo', (x: unknown) => x);
    const [bigints, numbers] = [make({ int64: 'bigint' }), make({ int64: 'number' })];
    for (const edge of edges) {
      const scope = { x: edge };
      expect(await engine.evalAsync('echo(x)', { scope })).toBe(edge);
      expect(await bigints.evalAsync('x', { scope })).toBe(edge);
      expect(await rejection(numbers.evalAsync('#{ a: [x] }', { scope }))).toMatchObject({ path: '$.a[0]' });
    }
    expect(await engine.evalAsync(`${2n ** 53n - 1n}`)).toBe(2 ** 53 - 1);
    expect(await bigints.evalAsync('1')).toBe(1n);
    expect(await numbers.evalAsync(`-${2n ** 53n - 1n}`)).toBe(-(2 ** 53) + 1);
  });

  it('54: a float that is no int and a text that is no number are errors; NaN becomes 0, as in rhai', () =>
    table([
      ['1e300.to_int()', Error],
      ['(1.0 / 0.0).to_int()', Error],
      ['(-1.0 / 0.0).to_int()', Error],
      ['(0.0 / 0.0).to_int()', 0],
      ['1.9.to_int()', 1],
      ['(-1.9).to_int()', -1],
      ['parse_int("1", 0)', Error],
      ['parse_int("1", 1)', Error],
      ['parse_int("1", 37)', Error],
      ['parse_int("1", MIN)', Error],
      ['parse_int("")', Error],
      ['parse_int("9223372036854775808")', Error],
      ['parse_int("-9223372036854775808")', MIN],
      ['parse_int("z", 36)', 35],
    ]));

  it('55: a bit outside of an int is an error, the outermost ones are bits', () =>
    table([
      ['let x = 5; x[64]', Error],
      ['let x = 5; x[-65]', Error],
      ['let x = 5; x[MIN]', Error],
      ['let x = 5; x[64] = true; x', Error],
      ['let x = 5; x[-64..MAX]', Error],
      ['let x = 5; x[63]', false],
      ['let x = 5; x[-64]', true],
      ['let x = 5; x[0..=63]', 5],
      ['let x = 5; x[63] = true; x', MIN + 5n],
    ]));

  it('56: a time that cannot be is an error in the script, a value error at the border and a RangeError in JavaScript', async () => {
    await table([
      ['timestamp() + 1e300', Error],
      ['timestamp() - 1e300', Error],
      ['timestamp() + MAX', Error],
      ['timestamp() - MAX', Error],
      ['timestamp() - timestamp() < 1.0', true],
    ]);
    const engine = make();
    expect(thrown(() => engine.setVar('t', [new Date(NaN)])).path).toBe('$.t[0]');
    for (const ms of [NaN, Infinity]) expect(thrown(() => RhaiTimestamp(ms))).toBeInstanceOf(RangeError);
    for (const ms of [8.64e15, -8.64e15, 0, -1, 0.5])
      expect(await engine.evalAsync('t', { scope: { t: RhaiTimestamp(ms) } })).toEqual(RhaiTimestamp(ms));
  });

  it('57: chars and places in texts, lists and bytes that do not exist are errors or nothing, never a panic', () =>
    table([
      ["'a' + 1114112", Error],
      ["'a' - 'b'", Error],
      ['(0xD800).to_char()', Error],
      ['"abc"[MAX]', Error],
      ['"abc"[-4]', Error],
      ['"abc"[-3]', 'a'],
      ['[1][MIN]', Error],
      ['blob(-1).len()', 0],
      ['"abc".sub_string(MAX)', ''],
      ['"abc".sub_string(MIN, MAX)', 'abc'],
      ['[1, 2].extract(MAX)', []],
      ['let b = blob(3); b.write_le(0, 100, 5); b', new Uint8Array([5, 0, 0])],
    ]));
});
