/** One addon, built once, passes the smoke suite on every supported Node version. */
import { join } from 'node:path';
import { nodeOf, root, run, VERSIONS } from './tools.mjs';

export default async function versions(_budget, check) {
  for (const major of VERSIONS) {
    const node = await nodeOf(major);
    const { stdout: version } = await run(node, ['--version']);
    const { code, signal, stdout, stderr } = await run(node, [join(root, 'test/pack/run-smoke.mjs')]);
    check(`the smoke suite on Node ${version}`, code === 0 && stdout === 'ok', signal ?? stderr);
  }
}
