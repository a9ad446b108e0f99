/** 100,000 scripts wait 50 ms: few can do it at all, so only the control is measured beside. */
import { OURS } from '../lib/judge.mjs';
import { waiting } from '../lib/waiting.mjs';

export const title = '100,000 scripts waiting 50 ms';
export const unit = 'ms in all';

export const run = (contestants) =>
  waiting(
    contestants.filter(({ name }) => [OURS, 'bare timers'].includes(name)),
    100_000,
    5,
  );
