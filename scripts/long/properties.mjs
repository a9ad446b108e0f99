/** The property tests with 100,000 values each: the codec's by itself, and what crosses as a handle through whole engines. */
import { join } from 'node:path';
import { root, run } from './tools.mjs';

export default async function properties(_budget, check) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const files = ['test/unit/properties.test.ts', 'test/unit/handles.test.ts'];
  const env = { RHAI_BRIDGE_LONG: '1', NO_COLOR: '1' };
  const { code, stdout } = await run(process.execPath, [vitest, 'run', '--project', 'node', ...files], {
    env,
  });
  check(
    'every property holds for 100,000 values',
    code === 0,
    stdout.trim().split('\n').slice(-6).join('; '),
  );
}
