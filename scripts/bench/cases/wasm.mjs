/**
 * The WASM backend beside other languages in WASM: quickjs-emscripten, wasmoon and pyodide. Inline and in the background; without
 * shared memory, as in any page.
 */
import { BarePost } from '../lib/bare-post.mjs';
import { inFreshProcess } from '../lib/child.mjs';
import { compare } from '../lib/compare.mjs';
import { BUSY_POST, EMPTY_PAGE, IDLE_POST, OURS, WORK_MICROS } from '../lib/judge.mjs';
import { Pages } from '../lib/page.mjs';
import { summary } from '../lib/stats.mjs';

const PEERS = ['quickjs-emscripten', 'wasmoon', 'pyodide'];

const opened = new Map();

/** Opened once, when they are first needed. One that cannot be loaded is named and left out. */
async function contestant(name, open) {
  if (!opened.has(name)) {
    const api = await open().catch((error) =>
      console.log(`Left out: ${name}: ${error.message.split('\n')[0]}`),
    );
    opened.set(name, api);
  }
  return opened.get(name);
}

const ours = (mode) => async () =>
  (await import('../contestants/rhai-bridge.mjs')).open({ backend: 'wasm', mode });
const peer = (name) => async () => (await import(`../contestants/${name}.mjs`)).open();

/** Our two modes as two ways to do the same. */
async function bothModes(methods) {
  const inline = await contestant('inline', ours('inline'));
  const background = await contestant('background', ours('background'));
  const api = {};
  for (const method of methods)
    api[method] = { 'WASM, inline': inline[method], 'WASM, background': background[method] };
  return { name: OURS, api };
}

async function peers(given) {
  const known = new Map(given.map(({ name, api }) => [name, api]));
  const all = [];
  for (const name of PEERS) {
    const api = known.get(name) ?? (await contestant(name, peer(name)));
    if (api) all.push({ name, api });
  }
  return all;
}

const part = (title, unit, plan, aims = {}) => ({
  title: `WASM: ${title}`,
  unit,
  ...aims,
  run: async (given) => compare([await bothModes([plan.method]), ...(await peers(given))], plan),
});

const sumOf = (calls) => (sum) => sum === (calls * (calls + 1)) / 2;

const inlineCall = {
  title: 'WASM, inline: async host call, one script',
  unit: 'µs per call',
  goal: { atMost: 2 },
  async run(given) {
    const api = await contestant('inline', ours('inline'));
    const plan = { method: 'asyncCalls', args: [1000], per: 1000, check: sumOf(1000) };
    return compare([{ name: OURS, api }, ...(await peers(given))], plan);
  },
};

/** The minima are compared, as where the addon's thread is woken: medians jump with how deeply idle processors sleep. */
const backgroundCall = {
  title: 'WASM, background: async host call, one script, beside a postMessage and its answer',
  unit: 'µs per call',
  goal: { above: BUSY_POST, by: 5, of: 'min' },
  async run() {
    const api = await contestant('background', ours('background'));
    const [idle, busy] = [new BarePost(0), new BarePost(WORK_MICROS)];
    const rows = await compare(
      [
        { name: OURS, api },
        { name: IDLE_POST, api: { asyncCalls: (n) => idle.ask(n) } },
        { name: BUSY_POST, api: { asyncCalls: (n) => busy.ask(n) } },
      ],
      { method: 'asyncCalls', args: [300], per: 300, check: sumOf(300) },
    );
    await Promise.all([idle.close(), busy.close()]);
    return rows;
  },
};

/** Import, create and first eval in a fresh process. */
const coldStart = {
  title: 'WASM: import, create and first eval in a fresh process (inline, where nothing is said)',
  unit: 'ms',
  goal: { atMost: 25 },
  async run() {
    const inline = 'rhai-bridge, WASM inline';
    const names = [inline, `${inline}, no code cache`, 'rhai-bridge, WASM background', ...PEERS];
    const rows = [];
    for (const who of names) {
      const samples = [];
      for (let round = 0; round < 11; round++) {
        const { ms } = await inFreshProcess('cold-start.mjs', [who]).catch(() => ({}));
        if (ms !== undefined) samples.push(ms);
      }
      if (samples.length > 0) rows.push({ who: who === inline ? OURS : who, way: '', ...summary(samples) });
    }
    return rows;
  },
};

const firstEval = (mode) => `
  const { RhaiEngine } = await import('/dist/entry/browser.js');
  const engine = await RhaiEngine.create({ mode: '${mode}' });
  const value = await engine.evalAsync('20 + 22');
  if (value !== 42) throw new Error(\`wrong result: \${value}\`);`;

/** What docs/webassembly.md advises. */
const HINTS = `<link rel="modulepreload" href="/dist/entry/browser.js"><link rel="modulepreload" href="/dist/chunks/engine.js">
<link rel="preload" as="fetch" crossorigin href="/wasm/pkg/rhai_bridge.wasm">`;

const PAGES = {
  inline: { script: firstEval('inline') },
  background: { script: firstEval('background') },
  'inline, with preload hints': { head: HINTS, script: firstEval('inline') },
  [EMPTY_PAGE]: {},
};

/** A page that was never seen before. As in Node, import (here with the fetch of its files), create and eval count, and not what was before. */
const coldPage = {
  title: 'WASM: import, create and first eval in Chromium, in a page that was never seen before',
  unit: 'ms',
  goal: { atMost: 60 },
  async run() {
    const pages = await Pages.open(PAGES);
    if (pages === undefined) {
      console.log('Left out: no Chromium is installed (RHAI_BRIDGE_CHROMIUM names one)');
      return [];
    }
    const visits = new Map(Object.keys(PAGES).map((name) => [name, []]));
    for (const name of visits.keys()) await pages.visit(name);
    for (let round = 0; round < 21; round++)
      for (const [name, all] of visits) all.push(await pages.visit(name));
    await pages.close();
    return [...visits].flatMap(([name, all]) => pageRows(name, all));
  },
};

/** From the begin of the page's script, and from the begin of its navigation. */
function pageRows(name, visits) {
  const since = (from) => summary(visits.map((visit) => visit.end - from(visit)));
  const whole = { who: `${name}, since the navigation`, way: '', ...since(() => 0) };
  if (name === EMPTY_PAGE) return [whole];
  return [{ who: name === 'inline' ? OURS : name, way: '', ...since(({ begin }) => begin) }, whole];
}

export const parts = [
  inlineCall,
  backgroundCall,
  part(
    '64 scripts at once, async host calls',
    'µs per call',
    {
      method: 'manyScripts',
      args: [64, 50],
      per: 3200,
      check: (sums) => sums.length === 64 && sums.every(sumOf(50)),
    },
    { goal: { atMost: 1.5 } },
  ),
  part('smallest eval, one by one', 'µs', { method: 'tinyEval', repeat: 20, check: (value) => value === 42 }),
  part('10,000 scripts waiting 50 ms', 'ms in all', {
    method: 'waiting',
    args: [10_000, 50],
    scale: 1000,
    rounds: 5,
    check: (values) => values.length === 10_000,
  }),
  part('fib(27)', 'ms', {
    method: 'fib',
    args: [27],
    scale: 1000,
    rounds: 9,
    check: (value) => value === 196418,
  }),
  coldStart,
  coldPage,
];
