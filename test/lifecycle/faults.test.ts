// A machine that fails: no thread to be had, a wall clock that jumps by a day, one starved core, memory that ends.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lines, program, well } from './program.js';

const isLinux = process.platform === 'linux';
let folder = '';
let faults = '';

beforeAll(() => {
  if (!isLinux) return;
  folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-faults-'));
  faults = join(folder, 'faults.so');
  const source = fileURLToPath(new URL('./faults.c', import.meta.url));
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', faults, source, '-ldl']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(isLinux)('on Linux', () => {
  it('a thread that cannot be started is an error of its run; the engine works again when it can (109)', async () => {
    const ended = await lines(
      `const engine = makeEngine({ assistMicros: 0 });
      process.env.NO_THREADS = '1';
      const errors = [];
      for (let i = 0; i < 3; i++) await engine.evalAsync('now(1)').catch((error) => errors.push(error.name + ': ' + error.cause?.message));
      console.log([...new Set(errors)].join(), errors.length, engine.eval('40 + 2'));
      delete process.env.NO_THREADS;
      console.log(await engine.evalAsync('now(42)'));
      engine.dispose();`,
      { env: { LD_PRELOAD: faults, FAULT_THREADS: 'NO_THREADS' } },
    );
    expect(ended).toMatchObject(
      well('RhaiInternalError: rhai-bridge: the worker thread could not be started 3 42\n42'),
    );
  });

  it.each(['86400', '-86400'])(
    'a wall clock that jumps by %s seconds moves no time-out (116)',
    async (seconds) => {
      const ended = await lines(
        `const wall = Date.now(), engine = makeEngine();
      const spent = async (script, options) => {
        const begin = performance.now();
        const name = await engine.evalAsync(script, options).then(() => 'done', (error) => error.name);
        const ms = performance.now() - begin;
        return name + (ms > 1000 && ms < 20_000);
      };
      const all = Promise.all([
        spent('never()', { timeoutMs: 1500 }),
        spent('never()', { limits: { hostTimeoutMs: 1500 } }),
        spent('loop {}', { limits: { computeMs: 1500 } }),
        spent('sleep(1.5)'),
      ]);
      await pause(100);
      process.env.JUMP = '${seconds}';
      const ends = await all;
      console.log(ends.join(), Math.abs(Date.now() - wall) > 80_000_000);
      engine.dispose();`,
        { env: { LD_PRELOAD: faults, FAULT_CLOCK: 'JUMP' } },
      );
      expect(ended).toMatchObject(
        well('RhaiTimeoutErrortrue,RhaiTimeoutErrortrue,RhaiTimeoutErrortrue,donetrue true'),
      );
    },
  );

  it('on one core, at the lowest priority, beside a busy neighbour, no wake-up is missed (111)', async () => {
    const ended = await lines(
      `import { spawn } from 'node:child_process';
      const hog = spawn('sh', ['-c', 'while :; do :; done']);
      for (const kind of KINDS) {
        const engine = makeEngine(kind);
        const runs = Array.from({ length: 20 }, () => engine.evalAsync('let s = 0; for i in 0..50 { s += soon(1) + now(1); } s'));
        console.log((await Promise.all(runs)).every((sum) => sum === 100));
        engine.dispose();
      }
      hog.kill('SIGKILL');`,
      { under: ['taskset', '-c', '0', 'nice', '-n', '15'] },
    );
    expect(ended).toMatchObject(well('true\ntrue\ntrue\ntrue'));
  }, 60_000);

  it('children started in the middle of runs inherit no descriptor of ours and end by themselves (106)', async () => {
    const ended = await lines(
      `import { execFileSync } from 'node:child_process';
      const count = () => execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' }).trim().split('\\n').length;
      const before = count();
      const engine = makeEngine({ threads: 3 });
      for (const mode of Object.values(MODES)) mode(engine);
      await pause(20);
      console.log([1, 2, 3].every(() => count() === before));
      engine.dispose();`,
    );
    expect(ended).toMatchObject(well('true'));
  });

  it('where the kernel gives little more than the cap, memory bombs end by the cap: the allocator never says no (108)', async () => {
    const ended = await program('narrow.mjs', [4]);
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({ wrong: [] });
  });

  it('without a cap, memory that ends is an abort that says so, never a hang (108)', async () => {
    const ended = await lines(
      `import { execFileSync } from 'node:child_process';
      const engine = RhaiEngine.createSync({ limits: rb.unlimited() });
      await engine.evalAsync('40 + 2');
      const [, size] = /VmSize:\\s+(\\d+)/.exec((await import('node:fs')).readFileSync('/proc/self/status', 'utf8'));
      execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + (Number(size) * 1024 + 2 ** 28), '--core=0']);
      console.log('narrow');
      await engine.evalAsync('let s = "x"; loop { s += s; }').catch((error) => console.log(error.name));`,
    );
    expect(ended).toMatchObject({ code: null, signal: 'SIGABRT', stdout: 'narrow' });
    expect(ended.stderr).toMatch(/memory allocation of \d+ bytes failed/);
  });
});
