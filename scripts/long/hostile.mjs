/** Every hostile input of test/hostile, in child processes: no promise is broken, no memory bomb passes its cap by more than a quarter. */
import { join } from 'node:path';
import { root, run } from './tools.mjs';

export default async function hostile(_budget, check) {
  const { code, stdout } = await run(process.execPath, [join(root, 'test/hostile/main.mjs'), '--all']);
  const lines = stdout.trim().split('\n');
  check('every hostile input ends well', code === 0, lines.slice(code === 0 ? -2 : -20).join('; '));
}
