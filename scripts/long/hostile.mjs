// The long tier's hostile inputs: all of them, against the built package. More flags go on to test/hostile/main.mjs.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../test/hostile/main.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [main, '--all', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
