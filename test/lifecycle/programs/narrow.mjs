// Memory bombs in a process that the kernel gives little more than their cap: `narrow.mjs [stride] [spare MiB]`. Every stride-th bomb
// of the hostile inputs, one after the other, on one engine. An abort of the process is the failure this looks for: a script must be
// stopped by its cap before the allocator has to say no. Prints how many ended, and those that ended otherwise than they should.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { RhaiEngine, secureDefaults } from 'rhai-bridge';
import bombs from '../../hostile/cases/memory.mjs';

const [stride = 1, spareMiB = 128] = process.argv.slice(2).map(Number);
const wanted = bombs.filter((entry) => entry.cap).filter((_, at) => at % stride === 0);
const cap = Math.max(...wanted.map((entry) => entry.cap));
/** What a run may take beyond its cap, and what node itself takes meanwhile: address space, not memory in use. */
const room = cap * 1.25 + spareMiB * 2 ** 20;
const addressSpace = (name) =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;

const engine = RhaiEngine.createSync({ limits: secureDefaults(), onPrint() {}, onDebug() {} });
await engine.evalAsync('let a = []; for i in 0..100000 { a.push(i); } a.map(|x| x + 1).len()');
const before = addressSpace('VmSize');
execFileSync('prlimit', ['--pid', String(process.pid), `--as=${Math.ceil(before + room)}`]);

const wrong = [];
for (const { name, script, limits, expect } of wanted) {
  const run = engine.evalAsync(script, { limits: { ...secureDefaults(), ...limits } });
  const outcome = await run.then(
    () => 'value',
    (error) => error.name,
  );
  if (!expect.classes.includes(outcome)) wrong.push(`${name}: ${outcome}`);
  if ((await engine.evalAsync('40 + 2')) !== 42) wrong.push(`${name}: the next run`);
}
const peak = (addressSpace('VmPeak') - before) / cap;
console.log(JSON.stringify({ bombs: wanted.length, wrong, peak: Number(peak.toFixed(2)) }));
engine.dispose();
