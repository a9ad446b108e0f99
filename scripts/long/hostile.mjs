/**
 * Every hostile input of test/hostile on both backends, in child processes: no promise is broken, no memory bomb passes its cap by
 * more than a quarter (on WASM: takes more than twice its cap).
 */
import { join } from 'node:path';
import { root, run } from './tools.mjs';

export default async function hostile(_budget, check) {
  for (const backend of ['native', 'wasm']) {
    const main = join(root, 'test/hostile/main.mjs');
    const { code, stdout } = await run(process.execPath, [main, '--all', '--backend', backend]);
    const lines = stdout.trim().split('\n');
    check(
      `every hostile input ends well [${backend}]`,
      code === 0,
      lines.slice(code === 0 ? -2 : -20).join('; '),
    );
  }
  const narrow = await run(process.execPath, [join(root, 'test/lifecycle/programs/narrow.mjs')]);
  check(
    'where the kernel gives little more than the cap, every memory bomb ends by its cap',
    narrow.code === 0 && JSON.parse(narrow.stdout).wrong.length === 0,
    narrow.stdout + narrow.stderr,
  );
}
