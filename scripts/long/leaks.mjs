/** A million evals and a million host calls leave no byte, no handle, no thread: counted inside one process, see the program. */
import { join } from 'node:path';
import { root, run } from './tools.mjs';

const KINDS = ['home', 'worker', 'assisted', 'inline'];

export default async function leaks(budget, check) {
  for (const kind of KINDS) {
    const ended = await run(process.execPath, [
      '--expose-gc',
      join(root, 'scripts/long/leaks-program.mjs'),
      kind,
      String(budget),
    ]);
    const figures = ended.code === 0 ? JSON.parse(ended.stdout) : {};
    for (const [law, { holds, figure }] of Object.entries(figures)) check(`${kind}: ${law}`, holds, figure);
    if (ended.code !== 0) check(`${kind} ends well`, false, `${ended.signal ?? ended.code} ${ended.stderr}`);
  }
}
