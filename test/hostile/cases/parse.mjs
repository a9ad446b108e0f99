// 27–37: texts that are hard to parse.
import { any, bounded, either, hostile, late, limit, product, syntax, value } from './kit.mjs';

const OPEN = {
  '(': ')',
  '[': ']',
  '{': '}',
  '#{a: ': '}',
  '!': '',
  '- ': '',
  '`${': '}`',
  '{||': '}',
  'try {': '} catch {}',
  'if true {': '}',
  'while true {': '}',
  'switch 1 { _ => ': '}',
  '|x| ': '',
  'f(': ')',
  'a[': ']',
  'loop {': '}',
  'do {': '} while true',
  'fn f() {': '}',
  'for i in [': ']',
};
const nested = product(Object.entries(OPEN), [40, 1_000, 20_000], [true, false]).map(
  ([[open, close], times, closed]) =>
    hostile(
      27,
      `${times} × ${open}${closed ? '' : ', open'}`,
      open.repeat(times) + (closed ? '1' + close.repeat(times) : ''),
      any,
    ),
);
const chains = [
  '1' + '+1'.repeat(200_000),
  'a' + '.a'.repeat(50_000),
  'a' + '[0]'.repeat(50_000),
  'if 1==1 {}' + ' else if 1==1 {}'.repeat(20_000),
  'a' + '::b'.repeat(50_000),
  '2' + '**2'.repeat(50_000),
  'a' + '?.b'.repeat(20_000),
  '"a"' + '+"a"'.repeat(50_000),
  'a' + '=a'.repeat(20_000),
  'a' + ' ?? a'.repeat(20_000),
  'x' + ' in x'.repeat(10_000),
].map((script) => hostile(27, `a chain: ${script.slice(0, 12)}…`, script, any));
const blocks = [16, 64, 256].flatMap((kilobytes) => [
  hostile(28, `${kilobytes} KB of {}`, '{}'.repeat(kilobytes * 512), any),
  hostile(28, `${kilobytes} KB of ;`, ';'.repeat(kilobytes * 1024), any),
  hostile(28, `${kilobytes} KB of ();`, '();'.repeat(kilobytes * 341), any),
]);
const list = (count, item) => Array.from({ length: count }, (_, i) => item(i)).join('');
const many = [
  ['20,000 variables', list(20_000, (i) => `let v${i}=1;`)],
  ['20,000 constants', list(20_000, (i) => `const v${i}=1;`)],
  ['9,000 parameters', `fn f(${list(9_000, (i) => `p${i},`)}x) {}`],
  ['8,000 keys', `#{${list(8_000, (i) => `k${i}:1,`)}}`],
  ['20,000 cases', `switch 1 {${list(20_000, (i) => `${i}=>${i},`)}_=>0}`],
  ['5,000 ranges', `switch 1 {${list(5_000, (i) => `${i * 2}..${i * 2 + 1}=>0,`)}_=>0}`],
  ['10,000 functions', list(10_000, (i) => `fn f${i}(){}`)],
  ['5,000 closures', `let a=[${list(5_000, () => '||1,')}];`],
  [
    'one closure that captures 1,000',
    `${list(1_000, (i) => `let v${i}=1;`)}let f=||[${list(1_000, (i) => `v${i},`)}];`,
  ],
  ['30,000 elements', `[${list(30_000, (i) => `${i},`)}]`],
  ['5,000 nested calls', `${list(60, () => 'max(1,')}1${')'.repeat(60)}`],
].map(([name, script]) => hostile(29, name, script, any));
const unknown = [9, 16, 17, 20, 100, 1_000, 8_000, 30_000].flatMap((count) => [
  hostile(29, `an unknown function of ${count} arguments`, `f(${Array(count).fill('1').join(',')})`, any),
  hostile(
    29,
    `an unknown method of ${count} arguments`,
    `let x = 1; x.f(${Array(count).fill('1').join(',')})`,
    any,
  ),
]);
const big = [
  ['a name of 200,000', 'a'.repeat(200_000), any],
  ['a name of 5 MB', 'a'.repeat(5_000_000), limit('maxSourceBytes')],
  ['a text of 200,000', `"${'a'.repeat(200_000)}".len()`, value],
  ['a text of 2 MB', `"${'a'.repeat(2_000_000)}"`, limit('maxSourceBytes')],
  ['a float of 200,000 digits', `1.${'1'.repeat(200_000)}`, any],
  ['an integer of 100,000 digits', '1'.repeat(100_000), any],
  ['a hex number of 100,000 digits', `0x${'f'.repeat(100_000)}`, any],
].map(([name, script, expect]) => hostile(30, name, script, expect));
const comments = [
  '/*'.repeat(100_000),
  '/*'.repeat(50_000) + '*/'.repeat(50_000),
  '//' + 'x'.repeat(200_000),
  '/* '.repeat(200_000).slice(0, 250_000),
  '/** */'.repeat(20_000),
  '///x\n'.repeat(20_000),
].map((script) => hostile(31, `comments: ${script.slice(0, 10)}…`, script, any));
const marks = [
  '\ufeff1',
  '\u202e1',
  'a\0b',
  '"\0"',
  '\uffff',
  '"\\ud800"',
  'let \u0430 = 1; a',
  '\u00a01',
  '"\u{1f600}"',
  "'\u{1f600}'",
  '\u2028',
  '"a\nb"',
  '"\\u{110000}"',
  "'ab'",
  '\\',
  '`',
  '"',
  "'",
  '#',
  '@',
  '$',
  '~',
].map((script) => hostile(32, JSON.stringify(script), script, any));
const edges = [
  '',
  ' ',
  '\n\n',
  '1',
  ';',
  '{}',
  '/',
  '.',
  ' '.repeat(200_000),
  'x'.repeat(70_000) + ' +',
  '1'.padStart(70_000),
  '\n'.repeat(70_000) + '!',
  'x'.repeat(16_000_000),
].map((script) =>
  hostile(33, `${script.length} characters of ${JSON.stringify(script.slice(0, 3))}`, script, any),
);
const sources = [
  'number',
  'symbol',
  'proxy',
  'detached',
  'null',
  'object',
  'array',
  'bigint',
  'function',
].map((kind) =>
  hostile(34, `a source that is no text: ${kind}`, '1', { classes: ['TypeError'] }, { source: kind }),
);
const folded = [
  '"' + 'x'.repeat(50_000) + '"' + ('+"' + 'x'.repeat(5_000) + '"').repeat(20),
  '1 << 9223372036854775807',
  '2 ** 9223372036854775807',
  '-9223372036854775808 - 1',
  '9223372036854775807 + 1',
  '1 / 0',
  '1 % 0',
  'const X = "a"; X + X + X + X',
  '0x8000000000000000',
].map((script) => hostile(35, `constants: ${script.slice(0, 30)}`, script, any));
const names = [
  'fn eval(x) { 7 } eval("1")',
  'fn print(x) { 7 } print(1)',
  'fn `+`(a, b) { 7 } 1 + 1',
  'fn call(x) { 7 } call(1)',
  'let this = 1',
  'fn host(x) { 7 } host(1)',
  'let host = 5; host(1)',
  'fn len(x) { 7 } "a".len()',
  'fn to_string(x) { "y" } `${1}`',
  'const print = 1; print(2)',
  'let Fn = 1',
  'fn Fn(x) { 1 }',
  'fn is_shared(x) { 1 }',
  'fn type_of(x) { 1 }',
].map((script) => hostile(37, script, script, any));
const slow = [
  hostile(
    29,
    'names without end',
    list(60_000, (i) => `let v${i}=1;`),
    either(late, syntax, bounded),
    { limits: { computeMs: 300, maxSourceBytes: 0, timeoutMs: 0 } },
  ),
  hostile(
    29,
    'parameters without end',
    `fn f(${list(60_000, (i) => `p${i},`)}x) {}`,
    either(late, syntax, bounded),
    { limits: { computeMs: 300, maxSourceBytes: 0, timeoutMs: 0 } },
  ),
];

export default [
  ...nested,
  ...chains,
  ...blocks,
  ...many,
  ...unknown,
  ...big,
  ...comments,
  ...marks,
  ...edges,
  ...sources,
  ...folded,
  ...names,
  ...slow,
];
