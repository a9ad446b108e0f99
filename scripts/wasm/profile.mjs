/**
 * Which functions of a module belong to its first part: those that a first script needs, and those that busy scripts call again and again
 * (a call from one part into the other takes a few nanoseconds more). A copy of the module in which every function counts its calls runs
 * the scripts below, in the package as it stands in src. All others are in the rest (see split.mjs), and work all the same.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { CODE, constant, IMPORT, list, MEMORY, moduleOf, Reader, sectionsOf, sized, unsigned } from './binary.mjs';
import { joined, parted } from './split.mjs';
import { root } from './stamp.mjs';

/**
 * The least that a script can be, and one that calls the host. More here makes every start longer, and saves nobody the rest: there is
 * always something that a larger script needs of it.
 */
const FIRST = ['20 + 22', 'ask(20) + later(22)', '20 + later(22)'];

/** What is called so often by one of these is called often. */
const OFTEN = 400;
const BUSY = [
  'fn f(n) { if n < 2 { n } else { f(n - 1) + f(n - 2) } } f(18)',
  'let a = []; for i in 0..3000 { a.push(i * 2); } let s = 0; for i in 0..3000 { a[i] = a[i] + 1; s += a[i]; } for x in a { s -= x; } s',
  'let s = ""; for i in 0..3000 { s += "ab"; s += i; } let n = 0; for c in s { if c == \'a\' { n += 1; } } n + s.len()',
  'let m = #{ n: 1 }; for i in 0..3000 { m[`k${i % 50}`] = i; m.n += m.k1 ?? 0; } m.len() + m.keys().len()',
  'let s = []; s.pad(3001, true); let i = 2; while i <= 3000 { if s[i] { let j = i * i; while j <= 3000 { s[j] = false; j += i; } } i += 1; } s.len()',
  'let a = []; a.pad(3000, 7); a.map(|x| x * 2).filter(|x| x > 3).reduce(|s, x| s + x, 0)',
  'let x = 1.5; let o = #{ p: #{ q: [1, 2] } }; for i in 0..3000 { x = x * 1.1 / 1.2 - 0.5; o.p.q[1] += 1; if x != 0.0 && !(i > 5) { x += 1.0; } } x',
  'let t = "the quick brown fox"; let n = 0; for i in 0..1500 { if t.contains("fox") { n += t.split(" ").len(); } n += t.sub_string(4, 5).len(); } n',
  'let n = 0; for i in 0..3000 { n += switch i % 4 { 0 => 1, 1 => 2, _ => ask(i) }; } n',
  'let n = 0; for i in 0..1500 { n += later(#{ id: i, name: "x", list: [i, 2.5] }).id; } n',
];
/** Parsing is work, too. */
const LONG = Array.from({ length: 500 }, (_, i) => `let v${i} = ${i} * 2 + ask("x", [${i}]) - f${i}(#{ a: "b" });`).join('\n');

const PAGE = 65536;

/** The same code, whose functions count their calls in a page of memory that nobody else knows of. */
function counting(bytes) {
  const sections = sectionsOf(bytes);
  const body = (id) => sections.find((section) => section.id === id).body;
  const limits = new Reader(body(MEMORY));
  const [count, flags, pages, most] = [limits.byte(), limits.byte(), limits.unsigned(), limits.unsigned()];
  const imports = new Reader(body(IMPORT)).unsigned();
  const begin = pages * PAGE;
  const bodies = new Reader(body(CODE)).list((reader) => reader.take(reader.unsigned()));
  if (4 * (imports + bodies.length) > PAGE) throw new Error('a page has no room for so many counters');
  const counted = bodies.map((each, at) => {
    const place = constant(begin + 4 * (imports + at));
    const count = [...place, ...place, 0x28, 2, 0, ...constant(1), 0x6a, 0x36, 2, 0]; // i32.load, i32.add, i32.store
    const reader = new Reader(each);
    const locals = reader.passed((head) => head.list((local) => [local.unsigned(), local.byte()]));
    return sized(Buffer.concat([locals, Buffer.from(count), each.subarray(reader.at)]));
  });
  const changed = {
    [MEMORY]: Buffer.from([count, flags, ...unsigned(pages + 1), ...unsigned(most)]),
    [CODE]: list(counted),
  };
  return { begin, bytes: moduleOf(sections.map(({ id, body: old }) => ({ id, body: changed[id] ?? old }))) };
}

/** The package as one file. */
async function bundled(folder) {
  const bundle = await rolldown({ cwd: root, input: 'src/entry/node.ts', platform: 'node', external: /^node:/, tsconfig: false });
  const file = join(folder, 'package.mjs');
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  return import(pathToFileURL(file).href);
}

/** The memories of the instances that are made while `work` runs. */
async function memoriesOf(work) {
  const memories = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(module, imports) {
      super(module, imports);
      if (this.exports.memory) memories.push(this.exports.memory);
    }
  };
  await work().finally(() => (WebAssembly.Instance = Instance));
  return memories;
}

async function engineOf({ RhaiEngine }, wasmUrl, options = {}) {
  const engine = await RhaiEngine.create({ backend: 'wasm', mode: 'inline', wasmUrl, ...options });
  engine.registerFunction('ask', (value) => value);
  engine.registerFunction('later', async (value) => value);
  return engine;
}

async function first(entry, wasmUrl) {
  const engine = await engineOf(entry, wasmUrl);
  for (const script of FIRST) await engine.evalAsync(script);
  engine.eval(FIRST[0]);
  engine.dispose();
}

async function busy(entry, wasmUrl, script) {
  const engine = await engineOf(entry, wasmUrl, { limits: entry.unlimited() });
  await (script === LONG ? engine.compile(script) : engine.evalAsync(script));
  engine.dispose();
}

/** The numbers of the functions of the first part. */
export async function firstFunctions(module) {
  const folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-profile-'));
  try {
    const { begin, bytes } = counting(module);
    const file = join(folder, 'counting.wasm');
    writeFileSync(file, joined(parted(bytes, () => true)));
    const entry = await bundled(folder);
    const url = pathToFileURL(file);
    const found = new Set();
    const note = async (least, work) => {
      for (const { buffer } of await memoriesOf(work))
        new Uint32Array(buffer, begin, PAGE / 4).forEach((calls, index) => calls >= least && found.add(index));
    };
    await note(1, () => first(entry, url));
    for (const script of [...BUSY, LONG]) await note(OFTEN, () => busy(entry, url, script));
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
