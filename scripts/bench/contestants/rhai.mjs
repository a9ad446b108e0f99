/** rhai's own evaluator in its default build, in a native process of its own: one script per line in, one result per line out. */
import { execFileSync, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FIB_RHAI } from '../lib/work.mjs';

export const name = 'rhai';

export async function open() {
  const child = spawn(build(), { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const evaluate = async (script) => {
    child.stdin.write(`${script}\n`);
    return Number((await answers.next()).value);
  };
  return { fib: (n) => evaluate(`${FIB_RHAI} fib(${n})`), close: () => child.stdin.end() };
}

function build() {
  const crate = fileURLToPath(new URL('../rhai-baseline', import.meta.url));
  const target = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    'rhai-bridge',
    'rhai-baseline',
  );
  execFileSync('cargo', ['build', '--release', '--locked', '--quiet', '--target-dir', target], {
    cwd: crate,
    stdio: 'inherit',
  });
  return join(target, 'release', 'rhai-baseline');
}
