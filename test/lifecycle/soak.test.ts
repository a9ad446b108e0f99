// The soak of the long tier, for a moment: it ends well where all is well, and fails, saying why, where something is left over.
// The sanitizers judge it by its exit code alone.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run, well } from './program.js';

const program = fileURLToPath(new URL('../../scripts/long/soak-program.mjs', import.meta.url));
const leaking = 'import { openSync } from "node:fs"; setInterval(() => openSync("/dev/null"), 10).unref();';
const LEAKING = `data:text/javascript,${encodeURIComponent(leaking)}`;

it('5,000 settlements: each run settles once, rightly, and nothing is left', async () => {
  const ended = await run(['--expose-gc', program, '1', '5000'], {});
  expect(ended).toMatchObject(well(expect.stringContaining('"wrong":[]')));
});

it('a soak in a process that leaks descriptors fails and names them', async () => {
  const ended = await run(['--expose-gc', '--import', LEAKING, program, '1', '1000', '20'], {});
  expect(ended).toMatchObject({ code: 1, signal: null, stderr: '' });
  const { wrong } = JSON.parse(ended.stdout) as { wrong: string[] };
  expect(wrong.join()).toMatch(/left over.*descriptors.*\/dev\/null/);
});
