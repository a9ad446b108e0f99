/** Random starts, replies, cancels, time-outs, disposals and worker terminations; every settlement is checked. See the program. */
import { join } from 'node:path';
import { root, run } from './tools.mjs';

/** One process does so many checks; then the next begins with another seed. */
const BATCH = 1_000_000;

export default async function soak(budget, check) {
  const sums = { checks: 0, runs: 0, calls: 0, engines: 0, workers: 0 };
  for (let seed = 1; sums.checks < budget; seed++) {
    const args = [
      '--expose-gc',
      join(root, 'scripts/long/soak-program.mjs'),
      String(seed),
      String(Math.min(BATCH, budget - sums.checks)),
    ];
    const { code, signal, stdout, stderr } = await run(process.execPath, args);
    if (code !== 0) return check('soak', false, `seed ${seed}: ${signal ?? code}\n${stdout}\n${stderr}`);
    const said = JSON.parse(stdout);
    for (const name of Object.keys(sums)) sums[name] += said[name];
  }
  check('every run and call settled once, rightly; nothing was left', true, JSON.stringify(sums));
}
