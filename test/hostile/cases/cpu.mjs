// 1–16: scripts that never end, or that keep a native busy.
import { any, bounded, either, hostile, late, limit, product, thrown, value } from './kit.mjs';

const BUSY = { limits: { maxOperations: 0, computeMs: 200, timeoutMs: 0 } };
const million = { limits: { maxOperations: 1_000_000, computeMs: 20_000, timeoutMs: 0 } };

const loops = [
  'loop {}',
  'while true {}',
  'do {} while true',
  'do {} until false',
  'for i in 0..=9223372036854775807 {}',
  'loop { loop { break } }',
  'let x = 0; loop { x += 1; continue; }',
];
const endless = loops.map((script) => hostile(1, script, script, bounded));

const guarded = ['loop{}', 'throw 1', 'let a = [0]; loop { a[0] += 1 }', '[1].for_each(|x| loop {})'];
const uncaught = guarded.flatMap((body) => [
  hostile(2, `while true around try around ${body}`, `while true { try { ${body} } catch {} }`, bounded),
  hostile(
    2,
    `nested tries around ${body}`,
    `loop { try { try { ${body} } catch { loop {} } } catch {} }`,
    bounded,
  ),
]);

const cancels = ['loop {}', 'let s = ""; loop { s += "x"; }', '[1, 2].sort(|a, b| { loop {} })'].map((body) =>
  hostile(
    3,
    `catch around cancel: ${body}`,
    `try { ${body} } catch { loop {} } loop {}`,
    { classes: ['RhaiCancelledError'] },
    {
      cancelAfterMs: 30,
      ...BUSY,
      limits: { computeMs: 20_000, timeoutMs: 0, maxOperations: 0, maxStringBytes: 0 },
    },
  ),
);

const ranges = [
  ['for i in -9223372036854775808..=9223372036854775807 {}', bounded],
  ['for i in range(0.0, 1e308, 1e-308) {}', any],
  ['for i in range(0, 9223372036854775807) {}', bounded],
  ['for i in range(0, 10, 0) {}', thrown],
  ['for i in range(0.0, 10.0, 0.0/0.0) {}', any],
  ['for i in range(0.0, 1.0/0.0, 1.0) {}', any],
  ['for i in range(10, 0, 1) {}', value],
  ['for i in range(0, 9223372036854775807, 9223372036854775806) {}', any],
].map(([script, expect], i) => hostile(i === 0 ? 4 : 5, script, script, expect));

const BODY = '{ let n = 0; while n < 6000 { n += 1; } true }';
const callbacks = [
  'a.map(|x| BODY)',
  'a.filter(|x| BODY)',
  'a.for_each(|| BODY)',
  'a.reduce(|s, x| { BODY; 0 }, 0)',
  'a.reduce_rev(|s, x| { BODY; 0 }, 0)',
  'a.some(|x| { BODY; false })',
  'a.all(|x| BODY)',
  'a.find(|x| { BODY; false })',
  'a.find_map(|x| { BODY; () })',
  'a.index_of(|x| { BODY; false })',
  'a.sort(|x, y| { BODY; x - y })',
  'a.order(|x, y| { BODY; x - y })',
  'a.dedup(|x, y| { BODY; false })',
  'a.drain(|x| { BODY; false })',
  'a.retain(|x| BODY)',
  'a.zip(a, |x, y| BODY)',
].map((call) =>
  hostile(
    6,
    call,
    `let a = []; for i in 0..400 { a.push(400 - i); } ${call.replaceAll('BODY', BODY)}`,
    limit('maxOperations'),
    million,
  ),
);
const nested = ['map', 'filter', 'for_each'].map((name) =>
  hostile(
    7,
    `${name} three deep`,
    `let a = []; for i in 0..200 { a.push(i); } a.${name}(|x| a.${name}(|y| a.${name}(|z| true)))`,
    either(thrown, bounded),
    million,
  ),
);

const comparators = [
  ['no order', '|x, y| 1', any],
  ['no order either', '|x, y| -1', any],
  ['a wrong type', '|x, y| "a"', any],
  ['a throw', '|x, y| { throw "mine" }', thrown],
  ['no end', '|x, y| { loop {} }', bounded],
  ['too deep', '|x, y| { fn_deep(x) }', limit('maxCallDepth')],
  ['a change of itself', '|x, y| { a.push(1); 0 }', any],
  ['host calls', '|x, y| host(x) - host(y)', any],
  ['random', '|x, y| (x * 7919 + y) % 3 - 1', any],
].map(([name, comparer, expect]) =>
  hostile(
    8,
    `sort with ${name}`,
    `fn fn_deep(x) { fn_deep(x + 1) } let a = [3, 1, 2, 5, 4, 9, 7]; a.sort(${comparer}); a`,
    expect,
  ),
);

const sleeps = ['1e9', '0.0/0.0', '-1', '1000000000', '-1e9', '9223372036854775807', '"x"'].map((time) =>
  hostile(9, `sleep(${time})`, `sleep(${time}); 1`, any, { limits: { timeoutMs: 300 } }),
);

const BIG = 'let a = []; for i in 0..90000 { a.push(i); } ';
const TEXT = 'let s = "ab"; s.pad(500000, "ba"); ';
const slow = [
  [BIG, 'a.contains(-1)'],
  [BIG, 'a.index_of(-1)'],
  [BIG, 'let b = a; b.dedup()'],
  [BIG, 'let b = a; b == a'],
  [BIG, 'let b = a; b.sort()'],
  [BIG, 'let b = a; b.sort_desc()'],
  [BIG, 'a.order()'],
  [BIG, 'a.reverse()'],
  [BIG, 'a.extract(0, 80000)'],
  [BIG, 'a.insert(0, 1); a.remove(0)'],
  [BIG, 'a.push(a.shift())'],
  [BIG, 'let b = a; b.drain(0, 500)'],
  [BIG, 'a.to_string()'],
  [BIG, '(a + a).len()'],
  [BIG, 'switch a { [1] => 1, _ => 2 }'],
  [BIG, 'let b = a; b.retain(|x| x > 5)'],
  [BIG, 'for x in a { break }'],
  [TEXT, 's.index_of("zz")'],
  [TEXT, 's.contains("zz")'],
  [TEXT, 's.replace("zz", "y")'],
  [TEXT, 's.to_upper()'],
  [TEXT, 's.len()'],
  [TEXT, 's[400000]'],
  [TEXT, "s[1] = 'x'"],
  [TEXT, 's.sub_string(400000, 5)'],
  [TEXT, 's.split("b")'],
  [TEXT, 's.to_chars()'],
  [TEXT, 's.to_blob()'],
  [TEXT, 'let t = s; t += "x"'],
  [TEXT, 's == s + ""'],
  [TEXT, 's < s + ""'],
  [TEXT, 'for c in s { break }'],
  ['let m = #{}; for i in 0..9000 { m[`k${i}`] = i; } ', 'm.keys()'],
  ['let m = #{}; for i in 0..9000 { m[`k${i}`] = i; } ', 'm.values()'],
  ['let m = #{}; for i in 0..9000 { m[`k${i}`] = i; } ', 'm.to_json()'],
  ['let m = #{}; for i in 0..9000 { m[`k${i}`] = i; } ', 'let n = m; n == m'],
  ['let b = blob(500000, 7); ', 'b.contains(3)'],
  ['let b = blob(500000, 7); ', 'b.reverse()'],
  ['let b = blob(500000, 7); ', 'b.to_array()'],
  ['let b = blob(500000, 7); ', 'b == b'],
].flatMap(([setup, body]) => [
  hostile(10, body, `${setup} loop { ${body}; }`, late, BUSY),
  hostile(10, `${body}, counted`, `${setup} loop { ${body}; }`, limit('maxOperations'), {
    limits: { maxOperations: 5_000_000, computeMs: 20_000, timeoutMs: 0 },
  }),
]);

const equality = [
  'let b = a; a == b',
  'let b = a; a != b',
  'a.contains(a)',
  '[a].index_of(a)',
  '[a, a].dedup()',
  'switch a { 1 => 2, _ => 3 }',
].map((use) =>
  hostile(
    11,
    `deep values: ${use}`,
    `let a = []; for i in 0..100000 { a = [a]; } ${use}`,
    limit('maxValueDepth'),
  ),
);

const floods = product(['print', 'debug'], ['"line"', '[1, 2, 3]', '"x".to_upper() + i', 'i']).map(
  ([name, what]) =>
    hostile(
      12,
      `${name}(${what}) a million times`,
      `for i in 0..1000000 { ${name}(${what}); }`,
      limit('maxOutputBytes'),
      { limits: { maxOperations: 0, computeMs: 20_000, timeoutMs: 0 } },
    ),
);
const prints = ['"\\x1b[2J\\x1b]0;x\\x07"', '"a\\x00b"', '"\\u202e"'].map((text) =>
  hostile(13, `print(${text})`, `print(${text}); 1`, value),
);
prints.push(hostile(13, 'a megabyte at once', 'let s = "x"; s.pad(1000000, "y"); print(s); 1', value));

const timers = [hostile(14, 'a busy script beside timers', 'loop {}', late, { ...BUSY, timers: 1000 })];

const evals = [
  ['let s = "eval(s)"; eval(s)', limit('maxCallDepth')],
  ['fn f() { let s = "eval(s)"; eval(s) } f()', limit('maxCallDepth')],
  ['let s = "let t = s; eval(t)"; eval(s)', any],
  ['eval("eval(\\"eval(\\\\\\"loop {}\\\\\\")\\")")', bounded],
  ['loop { eval("1") }', bounded],
  ['eval("[1].map(|x| eval(\\"loop {}\\"))")', any],
].map(([script, expect]) => hostile(15, script, script, expect));
const sources = [
  hostile(16, 'eval of a megabyte', 'let s = "1"; s.pad(1000000, "+1"); eval(s)', any),
  hostile(
    16,
    'eval of a megabyte of statements',
    'let s = ""; s.pad(1000000, "1;"); eval(s)',
    either(limit('maxSourceBytes', 'maxOperations'), late),
  ),
  hostile(16, 'eval of growing text', 'let s = "1"; loop { s += "+1"; eval(s); }', any),
];

export default [
  ...endless,
  ...uncaught,
  ...cancels,
  ...ranges,
  ...callbacks,
  ...nested,
  ...comparators,
  ...sleeps,
  ...slow,
  ...equality,
  ...floods,
  ...prints,
  ...timers,
  ...evals,
  ...sources,
];
