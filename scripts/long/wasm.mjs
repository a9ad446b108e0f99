/** Random programs of the differential test on WASM: value, output, error, position and trace as natively, where rhai judges them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, root, run } from './tools.mjs';

export default async function wasm(budget, check) {
  const folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-random-'));
  const file = join(folder, 'programs');
  const cargo = ['test', '--release', '-p', 'rhai-bridge-vm', '--test', 'differential'];
  const dump = [...cargo, 'random_programs_are_written_down', '--', '--ignored'];
  const env = { RHAI_BRIDGE_DUMP: file, RHAI_BRIDGE_PROGRAMS: String(budget) };
  await must('cargo', dump, { cwd: join(root, 'native'), env });
  const vitest = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    'node',
    'test/wasm/corpus.test.ts',
  ];
  const { code, stdout } = await run(process.execPath, vitest, {
    env: { RHAI_BRIDGE_WASM: 'required', RHAI_BRIDGE_RANDOM: file },
  });
  rmSync(folder, { recursive: true, force: true });
  check(`${budget} programs mean the same on WASM`, code === 0, code === 0 ? '' : stdout.slice(-4000));
}
