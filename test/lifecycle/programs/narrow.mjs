// Memory bombs where the kernel gives a process little more than their cap (RLIMIT_DATA): `narrow.mjs [stride] [spare MiB]` takes
// every stride-th bomb of the hostile inputs, each in a process of its own. An abort of such a process is the failure this looks for:
// a script must be stopped by its cap before the allocator has to say no. Prints how many there were and which ended otherwise.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RhaiEngine, secureDefaults } from 'rhai-bridge';
import cases from '../../hostile/cases/memory.mjs';

const MIB = 2 ** 20;
/** What V8 and the pools of the allocator take meanwhile. */
const SPARE_MIB = 16;
const AT_ONCE = 2;
const bombs = cases.filter((entry) => entry.cap);
const [first, second = SPARE_MIB, only] = process.argv.slice(2).map(Number);

if (only === undefined) await lead(first || 1, second);
else await explode(bombs[only], second);

async function lead(stride, spareMiB) {
  const left = bombs.map((_, at) => at).filter((at) => at % stride === 0);
  const [count, wrong] = [left.length, []];
  const work = async () => {
    for (let at = left.shift(); at !== undefined; at = left.shift()) {
      const args = [fileURLToPath(import.meta.url), '0', String(spareMiB), String(at)];
      const said = await promisify(execFile)(process.execPath, args).catch((error) => error);
      if (said.stdout !== 'ok\n')
        wrong.push(`${bombs[at].name}: ${said.signal ?? said.code} ${said.stdout}${said.stderr}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.log(JSON.stringify({ bombs: count, wrong }));
}

async function explode({ script, limits, cap, expect }, spareMiB) {
  const engine = RhaiEngine.createSync({ limits: secureDefaults(), onPrint() {}, onDebug() {} });
  await engine.evalAsync('let a = []; for i in 0..100000 { a.push(i); } a.map(|x| x + 1).len()');
  const [, dataKiB] = /VmData:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  const most = Number(dataKiB) * 1024 + cap * 1.25 + spareMiB * MIB;
  execFileSync('prlimit', ['--pid', String(process.pid), `--data=${Math.ceil(most)}`]);
  const run = engine.evalAsync(script, { limits: { ...secureDefaults(), ...limits } });
  const outcome = await run.then(
    () => 'value',
    (error) => error.name,
  );
  const next = await engine.evalAsync('40 + 2');
  engine.dispose();
  console.log(expect.classes.includes(outcome) && next === 42 ? 'ok' : `${outcome} ${next}`);
}
