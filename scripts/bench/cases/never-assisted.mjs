/**
 * One async host call after the other with assist off, so that every call crosses to the worker thread and back; beside it the bare
 * wake of the platform: the smallest question to a sleeping core of the addon, and its answer (unpark, threadsafe function, drain).
 * Minima are compared: the medians of both jump between 8 and 60 µs with how deeply idle processors sleep.
 */
import { BareWake } from '../lib/bare-wake.mjs';
import { compare } from '../lib/compare.mjs';
import { OURS } from '../lib/judge.mjs';

const calls = 300;

export const title = 'async host call, assist off, one script';
export const unit = 'µs per call';
export const goal = { above: 'bare wake', by: 2, of: 'min' };

export async function run(contestants) {
  if (!contestants.some(({ name }) => name === OURS)) return [];
  const { open } = await import('../contestants/rhai-bridge.mjs');
  const never = await open({ assistMicros: 0 });
  const wake = new BareWake();
  const rows = await compare(
    [
      { name: OURS, api: never },
      { name: 'bare wake', api: { asyncCalls: (n) => wake.ask(n) } },
    ],
    { method: 'asyncCalls', args: [calls], per: calls, check: (sum) => sum === (calls * (calls + 1)) / 2 },
  );
  wake.close();
  never.close();
  return rows;
}
