// One kind of engine, warmed up, then `rounds` evals and `rounds` host calls; what is held afterwards is compared with what was held
// before. `leaks-program.mjs home|worker|assisted|inline rounds`. Prints laws with figures as JSON.
import { readdirSync } from 'node:fs';
import { RhaiEngine } from 'rhai-bridge';

const [kind, text] = process.argv.slice(2);
const rounds = Number(text);
const OPTIONS = { home: {}, worker: { assistMicros: 0 }, assisted: {}, inline: { mode: 'inline' } };
const CALLS_PER_RUN = 1000;
const AT_ONCE = 64;
/** The heap moves by this much by itself: compiled code, inline caches, lists of free things. */
const HEAP_NOISE_BYTES = 1 << 20;

const engine = RhaiEngine.createSync({ ...OPTIONS[kind], limits: { computeMs: 0 } });
engine
  .registerFunction('later', async (x) => x)
  .registerFunction('now', (x) => x)
  .registerFunction('bad', () => Promise.reject(new Error('no')));
/** Values of every kind cross; some runs fail, some are cancelled. */
const SCRIPTS = [
  'let a = [1, 2.5, "text", #{ k: [true, ()] }]; a[3].k.push(later("x")); a',
  'try { bad() } catch (e) { e.message }',
  'throw #{ code: 7 }',
  'let s = ""; for i in 0..20 { s += `${i},`; } s',
  'let f = |x| x * 2; [1, 2, 3].map(f)',
  'let x = ;',
];
const SYNC = ['40 + 2', 'now("x") + "y"', '[1, 2, 3].map(|x| x * 2)', 'throw "no"'];

const ignore = () => {};

async function evals(count) {
  if (kind === 'home') {
    for (let i = 0; i < count; i++) {
      try {
        engine.eval(SYNC[i % SYNC.length]);
      } catch {
        // some of them throw
      }
    }
    return;
  }
  for (let done = 0; done < count; done += AT_ONCE) {
    const runs = Array.from({ length: AT_ONCE }, (_, i) => engine.evalAsync(SCRIPTS[i % SCRIPTS.length]));
    if (done % (AT_ONCE * 16) === 0) runs[0].cancel();
    await Promise.all(runs.map((run) => run.catch(ignore)));
  }
}

async function calls(count) {
  const script = `for i in 0..${CALLS_PER_RUN} { now(i); ${kind === 'home' ? '' : 'later(i);'} }`;
  const perRun = kind === 'home' ? CALLS_PER_RUN : 2 * CALLS_PER_RUN;
  for (let done = 0; done < count; done += perRun) {
    if (kind === 'home') engine.eval(script);
    else await engine.evalAsync(script);
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 2));

async function held() {
  for (let i = 0; i < 8; i++) {
    await turn();
    globalThis.gc();
  }
  const { cores, ...stats } = engine.stats();
  const memory = process.memoryUsage();
  return {
    native: nativeBytes(engine.stats()),
    gauges: JSON.stringify({
      stats: {
        runs: stats.runs.live,
        requests: stats.requests.inFlight,
        calls: stats.calls.length,
        backlog: stats.backlog,
      },
      cores: (cores ?? []).map(gauges),
    }),
    threads: readdirSync('/proc/self/task').length,
    resources: process
      .getActiveResourcesInfo()
      .filter((name) => name !== 'PipeWrap')
      .sort()
      .join(),
    heap: memory.heapUsed,
    buffers: memory.arrayBuffers,
    rss: memory.rss,
  };
}

// (Entries of the deadline heap are not among them: one per slot stays until it would be due.)
const gauges = ({ liveRuns, openRequests, ready, programs, sideBuffers }) => ({
  liveRuns,
  openRequests,
  ready,
  programs,
  sideBuffers,
});
/** The addon's own count of what it holds, where it has one. */
const nativeBytes = (stats) => stats.cores.at(-1).processBytes ?? stats.cores.at(-1).counters?.processBytes;

const WARM = Math.min(20_000, rounds);
for (let i = 0; i < 3; i++) {
  await evals(WARM);
  await calls(WARM);
}
const before = await held();
await evals(rounds);
await calls(rounds);
const after = await held();

const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
const exact = (name) => ({ holds: after[name] === before[name], figure: `${before[name]} → ${after[name]}` });
const laws = {
  [`${rounds} evals and ${rounds} host calls: native bytes back at the start`]: exact('native'),
  'gauges of the cores back at the start': exact('gauges'),
  'threads back at the start': exact('threads'),
  'handles back at the start': exact('resources'),
  'array buffers back at the start': exact('buffers'),
  'V8 heap flat after collection': {
    holds: after.heap - before.heap < HEAP_NOISE_BYTES,
    figure: `${mib(before.heap)} → ${mib(after.heap)} (RSS ${mib(before.rss)} → ${mib(after.rss)})`,
  },
};
engine.dispose();
console.log(JSON.stringify(laws));
