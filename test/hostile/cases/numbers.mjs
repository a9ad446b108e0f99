// 49–57: numbers at their edges: a value or an error of the script's own, never a panic.
import { any, either, hostile, product, thrown, value } from './kit.mjs';

const INTS = ['9223372036854775807', '(-9223372036854775807 - 1)', '-1', '0', '1', '63', '64', '-64'];
const ok = either(value, thrown);
const integers = product(INTS, ['+', '-', '*', '/', '%', '**', '<<', '>>', '&'], INTS).map(([a, op, b]) =>
  hostile(49, `${a} ${op} ${b}`, `${a} ${op} ${b}`, ok),
);
const unary = product(INTS, [
  '-x',
  'abs(x)',
  'x.sign()',
  'x.to_float()',
  'x.to_hex()',
  'x.to_binary()',
  'x.to_string().parse_int()',
  'x += 1; x',
  'x -= 1; x',
  'x *= x; x',
  'x.bits().len()',
  'x.is_even()',
]).map(([a, use]) => hostile(49, `${use} of ${a}`, `let x = ${a}; ${use}`, ok));
const FLOATS = ['(0.0/0.0)', '(1.0/0.0)', '(-1.0/0.0)', '-0.0', '5e-324', '1e308', '1.9', '1e300'];
const floats = product(FLOATS, [
  'x * 10',
  'x == x',
  'x < 1.0',
  'x.to_int()',
  'x.floor()',
  'x.round()',
  'x.sqrt()',
  'x ** 2',
  'x % 3.0',
  '[x, 1.0, x].sort()',
  'switch x { 1.0 => 1, _ => 2 }',
  '#{a: x}',
  '`${x}`',
  'x.to_string()',
  '[x].contains(x)',
  'x.ln()',
]).map(([a, use]) => hostile(use.includes('to_int') ? 54 : 50, `${use} of ${a}`, `let x = ${a}; ${use}`, ok));
const given = ['NaN', 'Infinity', '-Infinity', '-0', '1.9', '2 ** 53 + 1', '2 ** 63', '1e300'].map((text) =>
  hostile(51, `${text} from JavaScript`, 'echo(0)', any, { scope: { number: text } }),
);
const bigs = ['2n ** 63n', '-(2n ** 63n) - 1n', '2n ** 200n', '0n', '2n ** 63n - 1n', '-(2n ** 63n)'].map(
  (text) => hostile(52, `${text} from JavaScript`, 'big', any, { scope: { big: text } }),
);
const wide = ['9223372036854775807', '-9223372036854775807', '9007199254740993'].map((script) =>
  hostile(53, script, script, value),
);
const parsed = product(
  ['0', '1', '37', '-9223372036854775807', '36', '16'],
  ['"zz"', '""', '"-"', '"9223372036854775808"', '"١"'],
).map(([radix, text]) => hostile(54, `parse_int(${text}, ${radix})`, `parse_int(${text}, ${radix})`, ok));
const bits = product(
  [
    '-64',
    '63',
    '64',
    '-65',
    '(-9223372036854775807 - 1)',
    '0..=63',
    '-64..9223372036854775807',
    '63..0',
    '0..64',
    '60..=70',
  ],
  ['x[BIT]', 'x[BIT] = 1; x', 'x[BIT] = true; x', 'get_bits(x, BIT)'],
).map(([bit, use]) => hostile(55, use.replace('BIT', bit), `let x = 5; ${use.replace('BIT', bit)}`, any));
const times = [
  'timestamp() + 1e300',
  'timestamp() - 1e300',
  'timestamp() + 9223372036854775807',
  'timestamp() - timestamp()',
  'timestamp().elapsed',
].map((script) => hostile(56, script, script, any));
const chars = [
  '(0xD800).to_char()',
  '(-1).to_char()',
  "'a' + 1114112",
  "'a' - 'b'",
  '"abc"[9223372036854775807]',
  '"abc"[-4]',
  '"".pop()',
  '"abc".crop(-5, 2)',
  '"abc".sub_string(9223372036854775807)',
  '"abc".sub_string(-9223372036854775807, 9223372036854775807)',
  '[1,2].extract(9223372036854775807)',
  '[1,2].drain(-9, 100)',
  '[1,2].chop(-1)',
  '[1, 2].splice(5, -3, [1])',
  'blob(-1)',
  'blob(3).parse_le_int(0, 9223372036854775807)',
  'blob(3).write_le(0, 100, 5)',
  '[].pad(-5, 1)',
  '"a".pad(-5, "b")',
  '"a".pad(5, "")',
].map((script) => hostile(57, script, script, any));

export default [
  ...integers,
  ...unary,
  ...floats,
  ...given,
  ...bigs,
  ...wide,
  ...parsed,
  ...bits,
  ...times,
  ...chars,
];
