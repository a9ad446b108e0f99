// 17–26: recursion of scripts, and values nested without end.
import { any, bounded, either, hostile, limit, product, thrown } from './kit.mjs';

const depth = limit('maxCallDepth');
const calls = [
  'fn f(x) { f(x + 1) } f(0)',
  'fn f(x) { g(x) } fn g(x) { f(x) } f(0)',
  'fn f(x) { let y = [f(x)]; y } f(0)',
  'let f = |g| g.call(g); f.call(f)',
  'fn f() { this.f() } let x = 1; x.f()',
  'fn f() { this[0].f() } let x = [1]; x.f()',
  'fn f(x) { Fn("f").call(x) } f(0)',
  'fn f(x) { let p = Fn("f").curry(x); p.call() } f(0)',
  'fn f(x) { call(Fn("f"), x) } f(0)',
  'fn f(x) { try { f(x) } catch { f(x) } } f(0)',
  'fn f(x) { [x].map(f) } f(0)',
  'fn f(x) { `${f(x)}` } f(0)',
].map((script) => hostile(17, script, script, either(depth, thrown, bounded)));
const frames = [
  hostile(
    18,
    'five nested calls per level',
    `fn g(x) { x } fn f(x) { ${'g('.repeat(5)}f(x + 1)${')'.repeat(5)} } f(0)`,
    depth,
  ),
  ...[
    ['switch', `${'switch x { 0..=9223372036854775807 => '.repeat(5)}f(x + 1)${', _ => 0 }'.repeat(5)}`],
    ['parentheses', `${'(1 + '.repeat(5)}f(x + 1)${')'.repeat(5)}`],
    ['for and try', `${'for i in 0..1 { try { '.repeat(3)}f(x + 1);${' } catch {} }'.repeat(3)}`],
    ['index', `let a = [0]; ${'a['.repeat(5)}f(x + 1)${']'.repeat(5)}`],
    ['array', `${'['.repeat(5)}f(x + 1)${']'.repeat(5)}`],
    ['map', `${'#{a: '.repeat(5)}f(x + 1)${'}'.repeat(5)}`],
    ['interpolation', `${'`${'.repeat(3)}f(x + 1)${'}`'.repeat(3)}`],
  ].map(([name, body]) => hostile(19, `${name} five deep per level`, `fn f(x) { ${body} } f(0)`, depth)),
];
const natives = ['map', 'filter', 'for_each', 'some', 'all', 'find'].flatMap((name) => [
  hostile(20, `recursion through ${name}`, `fn f(x) { [x].${name}(|y| f(y)) } f(0)`, either(depth, thrown)),
]);
natives.push(hostile(20, 'a host call per level', 'fn f(x) { host(x); f(x + 1) } f(0)', depth));
natives.push(hostile(20, 'an eval of the host per level', 'fn f(x) { again(x); f(x + 1) } f(0)', any));

// Every way to put a container into a container.
const BUILD = {
  'array literal': 'a = [a];',
  'map literal': 'a = #{x: a};',
  'array and map': 'a = [#{x: a}];',
  push: 'let b = []; b.push(a); a = b;',
  insert: 'let b = [1]; b.insert(0, a); a = b;',
  'index assignment': 'let b = [0]; b[0] = a; a = b;',
  'property assignment': 'let b = #{}; b.x = a; a = b;',
  'map index assignment': 'let b = #{}; b["x"] = a; a = b;',
  set: 'let b = [0]; b.set(0, a); a = b;',
  'set of a map': 'let b = #{}; b.set("x", a); a = b;',
  'plus assignment': 'let b = []; b += [a]; a = b;',
  plus: 'a = [] + [a];',
  append: 'let b = []; b.append([a]); a = b;',
  splice: 'let b = [1]; b.splice(0..1, [a]); a = b;',
  pad: 'let b = []; b.pad(1, a); a = b;',
  mixin: 'let b = #{}; b.mixin(#{x: a}); a = b;',
  fill_with: 'let b = #{y: 1}; b.fill_with(#{x: a}); a = b;',
  'merged maps': 'a = #{} + #{x: a};',
  map: 'a = [0].map(|x| [1]) + [a]; a = [a];',
  zip: 'let c = a; a = [0].zip([0], |x, y| c);',
  reduce: 'a = [0, 0, 0].reduce(|s, x| [s], a);',
  curry: 'a = Fn("f").curry(a);',
  'curry as a function': 'a = curry(Fn("f"), a);',
  'inner push': 'a = [a]; a[0] = [a[0]];',
  'method with this': 'let b = [0]; b.wrap(a); a = b;',
  'method on an element': 'let b = [[0]]; b[0].wrap(a); a = b;',
  'callback with this': 'let b = [[0]]; let c = a; b.for_each(|| this.push(c)); a = b;',
  'values of a map': 'a = #{x: [a]}.values();',
  extract: 'a = [[a], 1].extract(0, 1);',
  'a function that returns it': 'a = wrapped(a);',
};
const USE = {
  dropped: '1',
  returned: 'a',
  printed: 'print(a); 1',
  'made text': 'a.to_string()',
  debugged: 'debug(a); 1',
  interpolated: '`${a}`',
  compared: 'let b = a; a == b',
  thrown: 'throw a',
  'thrown and caught': 'try { throw a } catch (e) { e }',
  'given to the host': 'host(a); 1',
  'made JSON': '#{a: a}.to_json()',
  'switched on': 'switch a { 1 => 2, _ => 3 }',
};
const HELPERS = 'fn wrap(x) { this[0] = x; } fn wrapped(x) { [x] } ';
const deep = product(Object.entries(BUILD), Object.entries(USE), [150, 20_000]).map(
  ([[build, step], [use, end], levels]) =>
    hostile(
      use === 'dropped' ? 21 : 22,
      `${levels} levels by ${build}, ${use}`,
      `${HELPERS} let a = []; for i in 0..${levels} { ${step} } ${end}`,
      limit('maxValueDepth', 'maxArrayLength', 'maxMemoryBytes', 'maxOperations'),
    ),
);
const shallow = product(Object.entries(BUILD), ['a', 'print(a); let b = a; b']).map(([[build, step], end]) =>
  hostile(
    22,
    `30 levels by ${build} are allowed: ${end}`,
    `${HELPERS} let a = []; for i in 0..30 { ${step} } ${end}`,
    any,
  ),
);

// Values that hold each other through captured variables have no depth to count.
const closures = [
  'let f = || 1; for i in 0..200000 { let g = f; f = || g.call(); } 1',
  'let f = || 1; for i in 0..200000 { let g = f; f = || g.call(); } f.call()',
  'let f = || 1; for i in 0..20000 { let g = f; f = || g.call(); } print(f); f == f',
  'let f = || 1; for i in 0..20000 { let g = f; f = || g.call(); } throw f',
  'let f = || 1; for i in 0..20000 { let g = f; f = || g.call(); } throw [f]',
  'let f = || 1; for i in 0..20000 { let g = f; f = || g.call(); } try { throw [f] } catch (e) { `${e}` }',
  'let f = || 1; for i in 0..20000 { let g = [f]; f = || g; } [f].to_string()',
  'let f = || 1; for i in 0..20000 { let g = #{f: f}; f = || g; } #{f: f}.to_json()',
  'let f = || 1; for i in 0..20000 { let g = f; f = || g.call(); } switch f { 1 => 2, _ => 3 }',
  'let f = || 1; for i in 0..20000 { let g = f; f = || g.call(); } f',
  'let f = || 1; for i in 0..20000 { let g = f; f = || g.call(); } host(f)',
  'let x = (); for i in 0..20000 { let y = (); let f = || y; x = f; y = x; } 1',
  'let f = |x| x; for i in 0..20000 { f = f.curry(1); } f',
  'let f = |x| x; loop { f = f.curry(f); }',
].map((script) =>
  hostile(21, script, script, any, {
    limits: { maxOperations: 20_000_000, computeMs: 10_000, timeoutMs: 20_000 },
  }),
);

const arguments_ = ['array', 'object', 'mixed'].flatMap((kind) =>
  [200, 5_000, 100_000].map((levels) =>
    hostile(23, `${kind} of ${levels} levels from JavaScript`, 'nested("' + kind + '", ' + levels + ')', any),
  ),
);
const tries = [
  'try { '.repeat(60) + 'throw 1' + ' } catch (e) { throw [e] }'.repeat(60),
  'try { '.repeat(60) + 'throw "x"' + ' } catch (e) { throw e + e }'.repeat(60),
  'try { '.repeat(30) + 'throw #{}' + ' } catch (e) { throw #{a: e, b: e} }'.repeat(30),
].map((script, i) => hostile(24, `rethrown with a growing payload ${i}`, script, any));
const suspended = [
  'let a = []; for i in 0..100 { a = [a]; } never(a)',
  'let f = || 1; for i in 0..20000 { let g = f; f = || g.call(); } never(1); f',
].map((script) =>
  hostile(25, `dropped while it waits: ${script.slice(0, 40)}`, script, any, {
    limits: { timeoutMs: 300, hostTimeoutMs: 0 },
  }),
);
const edges = [99, 100, 101, 127, 128, 129].map((levels) =>
  hostile(
    26,
    `${levels} calls`,
    `fn f(x) { if x == 0 { 0 } else { 1 + f(x - 1) } } f(${levels})`,
    either({ classes: ['value'] }, depth),
  ),
);

export default [
  ...calls,
  ...frames,
  ...natives,
  ...deep,
  ...shallow,
  ...closures,
  ...arguments_,
  ...tries,
  ...suspended,
  ...edges,
];
