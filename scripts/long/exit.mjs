/**
 * Processes that exit with live runs in five modes, on each Node version: the exit code stays, nothing is said. A fifth as many are
 * killed: nothing is left.
 */
import { join } from 'node:path';
import { nodeOf, root, run, VERSIONS } from './tools.mjs';

const programs = join(root, 'test/lifecycle/programs');
const program = join(programs, 'exit.mjs');
const MODES = ['looping', 'waiting', 'compiling', 'starting', 'replying'];
const AT_ONCE = 4;
const EXIT_CODE = 7; // what the program exits with

export default async function exit(budget, check) {
  for (const major of VERSIONS) {
    const node = await nodeOf(major);
    const wrong = [];
    for (let first = 0; first < budget; first += AT_ONCE) {
      const seeds = Array.from({ length: Math.min(AT_ONCE, budget - first) }, (_, more) => first + more);
      await Promise.all(
        seeds.map(async (seed) => {
          const mode = MODES[seed % MODES.length];
          const { code, signal, stdout, stderr } = await run(node, [program, mode, String(seed)]);
          if (code !== EXIT_CODE || stdout + stderr !== '')
            wrong.push(`${mode} ${seed}: ${signal ?? code} ${stderr}`);
        }),
      );
    }
    check(`exits on Node ${major}`, wrong.length === 0, `${budget} ${wrong.slice(0, 5).join('\n')}`);
    const killed = await run(node, [join(programs, 'kill.mjs'), String(Math.ceil(budget / 5))]);
    check(`killed processes on Node ${major}`, killed.code === 0, killed.stdout + killed.stderr);
  }
}
