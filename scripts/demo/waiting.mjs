// Part 2: how many threads does the process have with 1 and with 1,000 waiting scripts, and does the event loop stay free?
import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { RhaiEngine } from 'rhai-bridge';

const WAIT_MS = 100;
const COUNT = 1_000;
const SCRIPT = 'let answer = wait(1); answer + wait(2)';

/** From the operating system; elsewhere than on Linux it does not tell. */
function threads() {
  try {
    return readdirSync('/proc/self/task').length;
  } catch {
    return undefined;
  }
}

async function threadsWhile(engine, count) {
  const begin = performance.now();
  const runs = Array.from({ length: count }, () => engine.evalAsync(SCRIPT));
  while (engine.stats().requests.inFlight < count) await new Promise((resolve) => setImmediate(resolve));
  const seen = threads();
  const sum = (await Promise.all(runs)).reduce((total, value) => total + value, 0);
  if (sum !== 3 * count) throw new Error(`a script answered wrongly: ${sum}`);
  return { seen, ms: performance.now() - begin };
}

export async function waiting() {
  const engine = await RhaiEngine.create();
  engine.registerFunction('wait', (x) => new Promise((resolve) => setTimeout(resolve, WAIT_MS, x)));
  const one = await threadsWhile(engine, 1);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const many = await threadsWhile(engine, COUNT);
  delay.disable();
  console.log(
    `  1 script waits twice ${WAIT_MS} ms:      ${one.ms.toFixed(0)} ms, threads of the process: ${one.seen ?? 'unknown'}`,
  );
  console.log(
    `  ${COUNT} scripts wait twice ${WAIT_MS} ms: ${many.ms.toFixed(0)} ms, threads of the process: ${many.seen ?? 'unknown'}`,
  );
  console.log(`  worst delay of the event loop meanwhile: ${(delay.max / 1e6).toFixed(1)} ms`);
  if (many.seen > one.seen) throw new Error('waiting scripts must not need threads');
  await engine.close();
}
