/** By how much a script outlives its `timeoutMs`: in a loop, in natives that take long, and waiting for its host. */
import { summary } from '../lib/stats.mjs';

const timeoutMs = 20;
const rounds = 50;
const situations = {
  'in a loop': 'loop {}',
  'in short natives': 'let text = "ab"; for i in 0..20 { text += text; } loop { text.contains("ac") }',
  'in one long native': 'let text = ""; text.pad(4000000, "ab"); loop {}',
  waiting: 'forever()',
};

export const title = 'deadline overshoot at 20 ms (max column: worst of 50)';
export const unit = 'ms';
export const goal = { atMost: 5, of: 'p99' };

export async function run(contestants) {
  const rows = [];
  for (const { name, api } of contestants.filter((contestant) => contestant.api.start)) {
    const ways = name === 'isolated-vm' ? ['in a loop'] : Object.keys(situations);
    for (const way of ways) rows.push({ who: name, way, ...summary(await overshoots(api, situations[way])) });
  }
  return rows;
}

async function overshoots(api, script) {
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    const ended = await api.start(script, { timeoutMs }).then(
      () => 'done',
      () => 'failed',
    );
    if (ended !== 'failed') throw new Error(`the time limit did not end: ${script}`);
    samples.push(performance.now() - begin - timeoutMs);
  }
  return samples;
}
