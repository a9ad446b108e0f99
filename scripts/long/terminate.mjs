/** Worker threads terminated in the middle of everything, on each Node version: no abort, no thread and no descriptor left. */
import { join } from 'node:path';
import { nodeOf, root, run, VERSIONS } from './tools.mjs';

const program = join(root, 'test/lifecycle/programs/terminate.mjs');
/** One process does so many; then the next begins, so that a run that is cut short has shown something. */
const BATCH = 500;

export default async function terminate(budget, check) {
  for (const major of VERSIONS) {
    const node = await nodeOf(major);
    let done = 0;
    const wrong = [];
    for (let seed = 1; done < budget && wrong.length === 0; seed++) {
      const rounds = Math.min(BATCH, budget - done);
      const ended = await run(node, [program, String(rounds), '4', String(seed)]);
      done += rounds;
      if (ended.code !== 0)
        wrong.push(`seed ${seed}: ${ended.signal ?? ended.code} ${ended.stdout} ${ended.stderr}`);
    }
    check(`terminated workers on Node ${major}`, wrong.length === 0, `${done} ${wrong.join('\n')}`);
  }
}
