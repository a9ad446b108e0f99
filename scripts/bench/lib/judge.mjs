/**
 * Holds a case's rows against its aims. An aim is one of
 *   { timesBestPeer: 0.35 }            our median against the best peer's
 *   { timesOf: 'bare timers', is: 2 }  our median against one named row's
 *   { atMost: 1.5, of: 'median' }      an absolute figure in the case's unit (`of`: median, p99 …)
 *   { above: 'bare wake', by: 2 }      our median (or `of`) less one named row's, in the case's unit
 * The limit is what must hold; the goal is where we want to be.
 */
export const OURS = 'rhai-bridge';

/** What each side of a host call does with it, in the control of that name: about half of what the call takes inline. */
export const WORK_MICROS = 1;
export const IDLE_POST = 'bare postMessage';
export const BUSY_POST = `${IDLE_POST}, ${WORK_MICROS} µs of work on each side`;
/** A page whose script does nothing but to look at the clock. */
export const EMPTY_PAGE = 'empty page';

/** Controls take part in a case but are nobody's peer. */
const CONTROLS = new Set([
  'bare timers',
  'idle loop',
  'rhai',
  'empty module',
  'bare wake',
  'bare thread',
  IDLE_POST,
  BUSY_POST,
  EMPTY_PAGE,
]);

export function best(rows) {
  return rows.reduce((a, b) => (b.median < a.median ? b : a));
}

export function bestPeer(rows) {
  const peers = rows.filter((row) => row.who !== OURS && !CONTROLS.has(row.who));
  return peers.length ? best(peers) : undefined;
}

/** @returns `[{ text, value, ok }]`; empty where we, or who we are compared with, did not take part. */
export function judge(rows, { limit, goal }) {
  const ours = rows.filter((row) => row.who === OURS);
  if (!ours.length) return [];
  return [
    ['limit', limit],
    ['goal', goal],
  ]
    .filter(([, aim]) => aim)
    .flatMap(([label, aim]) => verdict(label, aim, ours, rows) ?? []);
}

function verdict(label, aim, ours, rows) {
  if (aim.atMost !== undefined) {
    const of = aim.of ?? 'median';
    const value = Math.max(...ours.map((row) => row[of]));
    return { label, text: `${of} at most ${aim.atMost}`, value, ok: value <= aim.atMost };
  }
  if (aim.above !== undefined) {
    const base = rows.find((row) => row.who === aim.above);
    const of = aim.of ?? 'median';
    const value = best(ours)[of] - base[of];
    return { label, text: `${of} at most ${aim.by} above ${aim.above}`, value, ok: value <= aim.by };
  }
  const other = aim.timesOf ? rows.find((row) => row.who === aim.timesOf) : bestPeer(rows);
  if (!other) return undefined;
  const bound = aim.timesOf ? aim.is : aim.timesBestPeer;
  const value = best(ours).median / other.median;
  return { label, text: `at most ${bound} × ${aim.timesOf ?? 'best peer'}`, value, ok: value <= bound };
}
