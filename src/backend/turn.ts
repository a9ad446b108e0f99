// The budget for stepping cores on the JavaScript thread: some microseconds per turn of the event loop,
// shared by every engine of the environment. Who finds it empty continues in the next turn, so timers never starve.

import { nextTurn as onNextTurn } from '../platform/timers.js';

/** Something that wants to go on in the next turn. */
export interface Resumable {
  resume(): void;
}

const now = performance.now.bind(performance);

let spentMicros = 0;
let armed = false;
let waiting: Resumable[] = [];

function nextTurn(): void {
  armed = false;
  spentMicros = 0;
  if (waiting.length === 0) return;
  const ready = waiting;
  waiting = [];
  for (const one of ready) one.resume();
}

function arm(): void {
  if (armed) return;
  armed = true;
  onNextTurn(nextTurn);
}

/** Microseconds left of `budgetMicros` in this turn. */
export function remainingMicros(budgetMicros: number): number {
  return budgetMicros - spentMicros;
}

let latest = 0;

/** A clock for `spendSince`. */
export function clock(): number {
  return (latest = now());
}

/** The last reading of the clock: good enough for ages, and free. */
export function lastClock(): number {
  return latest;
}

/** Charges `share` of the time since `since` to this turn and returns the clock. */
export function spendSince(since: number, share: number): number {
  const at = (latest = now());
  spentMicros += (at - since) * 1000 * share;
  arm();
  return at;
}

/** Calls `one.resume()` in the next turn. */
export function defer(one: Resumable): void {
  waiting.push(one);
  arm();
}
