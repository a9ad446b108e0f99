// One process of the suite: runs the inputs whose ids it is given, one after the other on one engine, and prints a line for
// each before and after. If it dies, the runner knows by which.
import { readFileSync } from 'node:fs';
import { RhaiEngine, secureDefaults } from '../../dist/entry/node.mjs';
import { CASES } from './cases/all.mjs';

const ids = JSON.parse(process.argv[2]);
const backend = process.argv[3];
let unhandled = 0;
process.on('unhandledRejection', () => (unhandled += 1));

/** The most memory this process has ever held, in bytes. */
const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024;

const SOURCES = {
  number: () => 5,
  symbol: () => Symbol('x'),
  proxy: () =>
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
      },
    ),
  detached: () => {
    const b = new ArrayBuffer(8);
    structuredClone(b, { transfer: [b] });
    return b;
  },
  null: () => null,
  object: () => ({ toString: () => '1' }),
  array: () => ['1'],
  bigint: () => 1n,
  function: () => () => '1',
};
const NUMBERS = {
  NaN,
  Infinity,
  '-Infinity': -Infinity,
  '-0': -0,
  1.9: 1.9,
  '2 ** 53 + 1': 2 ** 53 + 1,
  '2 ** 63': 2 ** 63,
  '1e300': 1e300,
};
const BIGS = {
  '2n ** 63n': 2n ** 63n,
  '-(2n ** 63n) - 1n': -(2n ** 63n) - 1n,
  '2n ** 200n': 2n ** 200n,
  '0n': 0n,
  '2n ** 63n - 1n': 2n ** 63n - 1n,
  '-(2n ** 63n)': -(2n ** 63n),
};

function nested(kind, levels) {
  let value = 1;
  for (let i = 0; i < levels; i += 1)
    value = kind === 'object' || (kind === 'mixed' && i % 2) ? { x: value } : [value];
  return value;
}

const HUGE = {
  text: () => 'x'.repeat(500_000_000),
  chars: () => '\u20ac'.repeat(2 ** 28),
  buffer: () => Buffer.alloc(1 << 30),
};

async function makeEngine() {
  const engine = await RhaiEngine.create({ backend, limits: secureDefaults(), onPrint() {}, onDebug() {} });
  engine.registerFunction('host', (x) => (typeof x === 'number' ? x : 0));
  engine.registerFunction('echo', () => NUMBERS[current.scope?.number] ?? 0);
  engine.registerFunction('again', () => engine.eval('40 + 2'));
  engine.registerFunction('never', () => new Promise(() => {}));
  engine.registerFunction('nested', nested);
  engine.registerFunction('huge', (kind) => HUGE[kind]());
  return engine;
}

let current;

/** How a run ended: its class, and of a limit its name. */
async function ended(start) {
  try {
    await start();
    return { outcome: 'value' };
  } catch (error) {
    return { outcome: error.name, limit: error.limit, message: String(error.message).slice(0, 120) };
  }
}

function start(engine, entry) {
  const source = entry.source ? SOURCES[entry.source]() : entry.script;
  const scope = entry.scope?.big === undefined ? {} : { scope: { big: BIGS[entry.scope.big] } };
  const run = engine.evalAsync(source, { limits: { ...secureDefaults(), ...entry.limits }, ...scope });
  if (entry.cancelAfterMs) setTimeout(() => run.cancel(), entry.cancelAfterMs);
  for (let i = 0; i < (entry.timers ?? 0); i += 1) setTimeout(() => {}, i % 50);
  return run;
}

const engine = await makeEngine();
await engine.evalAsync('let a = [1, 2]; a.map(|x| x + 1)');
for (const id of ids) {
  current = CASES[id];
  process.stdout.write(`${JSON.stringify({ begin: id })}\n`);
  const before = peak();
  const from = performance.now();
  const end = await ended(() => start(engine, current));
  const ms = performance.now() - from;
  const grown = peak() - before;
  const next = await engine.evalAsync('40 + 2').catch((error) => error.name);
  process.stdout.write(`${JSON.stringify({ id, ...end, ms, grown, next, unhandled })}\n`);
  unhandled = 0;
}
engine.dispose();
