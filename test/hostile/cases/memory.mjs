// 38–48: scripts that want all the memory there is. Bombs with a cap run alone in a process, whose peak is measured.
import { any, capped, either, hostile, late, limit, MB, value } from './kit.mjs';

const memory = limit('maxMemoryBytes');
const size = limit(
  'maxMemoryBytes',
  'maxStringBytes',
  'maxArrayLength',
  'maxMapSize',
  'maxValueDepth',
  'maxOperations',
);
const open = { maxStringBytes: 0, maxArrayLength: 0, maxMapSize: 0 };
const bomb = (number, name, script, megabytes, expect = memory, more = open) =>
  hostile(number, name, script, expect, capped(megabytes, more));

const doubling = [
  bomb(38, 'text doubled', 'let s = "x"; loop { s += s; }', 64),
  bomb(38, 'text doubled by plus', 'let s = "x"; loop { s = s + s; }', 64),
  bomb(38, 'text doubled by interpolation', 'let s = "x"; loop { s = `${s}${s}`; }', 64),
  bomb(38, 'pad', 'let s = ""; s.pad(5000000000, "y"); s.len()', 64),
  bomb(38, 'pad with text', 'let s = ""; s.pad(5000000000, "yx"); s.len()', 64),
  bomb(38, 'blob', 'blob(20000000000)', 64, size),
  bomb(38, 'blob that grows', 'let b = blob(1000, 1); loop { b += b; }', 64),
  bomb(38, 'blob pad', 'let b = blob(1, 1); b.pad(20000000000, 7); 1', 64, size),
  bomb(38, 'array doubled', 'let a = [1]; loop { a += a; }', 64),
  bomb(38, 'array pad', 'let a = []; a.pad(5000000000, 1); 1', 64, size),
  bomb(38, 'array pad of arrays', 'let b = []; b.pad(1000, 1); let a = []; a.pad(5000000, b); 1', 64),
  bomb(38, 'array pushed', 'let a = []; loop { a.push(1); }', 64),
  bomb(38, 'array of itself', 'let a = []; loop { a.push(a); }', 64, size),
  bomb(
    38,
    'array of text',
    'let a = []; let i = 0; loop { i += 1; a.push("number " + i + " of a very long list of them"); }',
    64,
  ),
  bomb(38, 'insert', 'let a = []; loop { a.insert(0, 1); a += a; }', 64),
  bomb(38, 'append', 'let a = [1]; loop { a.append(a); }', 64),
  bomb(38, 'splice', 'let a = [1]; loop { a.splice(0..0, a); }', 64),
  bomb(38, 'extract', 'let a = []; a.pad(100000, 1); let all = []; loop { all.push(a.extract(0)); }', 64),
  bomb(38, 'arrays of arrays', 'let a = []; loop { let b = []; b.pad(1000, 1); a.push(b); }', 64),
  bomb(38, 'map by map', 'let a = [1]; loop { a = a.map(|x| [x, x, x, x]) ; a += a; }', 64, size),
  bomb(38, 'concatenation', 'let a = [1]; loop { a = a + a; }', 64),
];
const replaced = [8_000, 64_000, 1_000_000].flatMap((length) => [
  bomb(
    39,
    `replace by ${length}`,
    `let s = ""; s.pad(${length}, "a"); let t = s; s.replace("a", t); s.len()`,
    64,
    either(memory, value),
  ),
]);
replaced.push(
  bomb(
    39,
    'replace a character',
    'let s = ""; s.pad(100000, "a"); let t = s; s.replace(\'a\', t); s.len()',
    64,
  ),
);
replaced.push(
  bomb(39, 'replace nothing', 'let s = ""; s.pad(100000, "a"); let t = s; s.replace("", t); s.len()', 64),
);
const held = [
  bomb(
    40,
    'closures',
    'let a = []; let s = ""; s.pad(1000000, "y"); for i in 0..4000 { let t = s + i; a.push(|| t); }',
    64,
  ),
  bomb(
    40,
    'map values',
    'let m = #{}; let s = ""; s.pad(32000, "y"); for i in 0..9000 { m[`k${i}`] = s + i; }',
    64,
  ),
  bomb(
    40,
    'variables',
    `let s = ""; s.pad(500000, "y"); ${Array.from({ length: 150 }, (_, i) => `let v${i} = s + ${i};`).join(' ')}`,
    64,
  ),
  bomb(
    40,
    'names of functions',
    'let a = []; let s = "f"; s.pad(250000, "y"); for i in 0..1000 { a.push(Fn(s + i)); }',
    64,
  ),
  bomb(
    40,
    'curried texts',
    'let a = []; let s = ""; s.pad(500000, "y"); for i in 0..600 { a.push(Fn("f").curry(s + i)); }',
    64,
  ),
  bomb(41, 'a pointer curried with itself', 'let f = |x| x; loop { f = f.curry(f); }', 64, size),
  bomb(
    41,
    'a pointer curried with an array of itself',
    'let f = |x| x; loop { f = f.curry([f, f]); }',
    64,
    size,
  ),
];
const maps = [
  hostile(
    42,
    '200,000 entries by index',
    'let m = #{}; for i in 0..200000 { m[`k${i}`] = i; }',
    limit('maxMapSize'),
    { limits: { maxMapSize: 10_000, maxOperations: 0 } },
  ),
  hostile(
    42,
    '200,000 entries by set',
    'let m = #{}; for i in 0..200000 { m.set(`k${i}`, i); }',
    limit('maxMapSize'),
    { limits: { maxMapSize: 10_000, maxOperations: 0 } },
  ),
  bomb(
    42,
    'entries without end',
    'let m = #{}; let i = 0; loop { m[`key number ${i}`] = i; i += 1; }',
    64,
    either(memory, late),
  ),
  bomb(
    42,
    'mixed in without end',
    'let m = #{a: 1}; let i = 0; loop { i += 1; let n = #{}; n[`${i}`] = m; m = n; if i > 100 { i = 0; m = #{a: m.keys()}; } m.mixin(#{b: [m]}); }',
    64,
    size,
  ),
];
const pieces = [
  bomb(
    43,
    'split into characters',
    'let s = ""; s.pad(1000000, "a"); let a = []; loop { a.push(s.split("")); }',
    64,
  ),
  bomb(43, 'to_chars', 'let s = ""; s.pad(1000000, "a"); let a = []; loop { a.push(s.to_chars()); }', 64),
  bomb(43, 'to_array of a blob', 'let b = blob(1000000, 1); let a = []; loop { a.push(b.to_array()); }', 64),
  bomb(
    43,
    'to_json',
    'let m = #{}; let a = []; a.pad(99000, 123456789); m.a = a; let all = []; loop { all.push(m.to_json()); }',
    64,
  ),
  bomb(
    43,
    'to_string',
    'let a = []; a.pad(99000, 123456789); let all = []; loop { all.push(a.to_string()); }',
    64,
  ),
  bomb(
    43,
    'parse_json of arrays',
    'let s = "{\\"a\\":["; s.pad(3000000, "[],"); s += "[]]}"; parse_json(s)',
    64,
    either(memory, { classes: ['RhaiRuntimeError'] }),
  ),
  bomb(43, 'chars', 'let s = ""; s.pad(8000000, "a"); let a = []; loop { a.push(s.chars()); }', 64),
  bomb(
    43,
    'keys',
    'let m = #{}; for i in 0..50000 { m[`a long key number ${i}`] = 1; } let a = []; loop { a.push(m.keys()); }',
    64,
  ),
  bomb(43, 'upper case', 'let s = ""; s.pad(8000000, "ß"); let a = []; loop { a.push(s.to_upper()); }', 64),
  bomb(44, 'pairs of itself', 'let a = [1]; loop { a = [a, a]; }', 64, size),
  bomb(44, 'maps of itself', 'let a = #{}; loop { a = #{x: a, y: a}; }', 64, size),
  bomb(
    44,
    'copies thrown and caught',
    'let a = []; a.pad(100000, 1); let all = []; loop { try { throw a } catch (e) { all.push(e); } }',
    64,
  ),
  bomb(
    44,
    'callbacks that keep their items',
    'let a = []; a.pad(1000, "x"); let all = []; loop { all.push(a.map(|x| [x, x, x])); }',
    64,
  ),
];
const cycles = [
  ['let a = []; let f = || a; a = [f]; 1', 45],
  ['let a = #{}; let f = || a; a.f = f; let g = || f; a.g = g; 1', 45],
  ['let f = (); f = || f; 1', 45],
].flatMap(([script, number]) => [
  hostile(number, script, script, any),
  hostile(number, `${script} many times`, `for i in 0..5000 { ${script}; }`, any),
]);
cycles.push(
  bomb(
    45,
    'cycles of big texts',
    'let s = ""; s.pad(100000, "x"); for i in 0..20000 { let a = [s + i]; let f = || a; a = [a, f]; }',
    64,
    any,
  ),
);
const printed = [
  bomb(
    12,
    'a flood of big lines',
    'let s = ""; s.pad(1000000, "x"); loop { print(s); }',
    64,
    limit('maxOutputBytes'),
    open,
  ),
];
const replies = ['text', 'chars', 'buffer'].map((kind) =>
  hostile(47, `a huge ${kind} from the host`, `huge("${kind}").len()`, any, {
    limits: { maxMemoryBytes: 64 * MB, maxOperations: 0, computeMs: 10_000, timeoutMs: 20_000 },
  }),
);

export default [...doubling, ...replaced, ...held, ...maps, ...pieces, ...cycles, ...printed, ...replies];
