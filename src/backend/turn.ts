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
  armed = isTurnKnown = false;
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

/** Charges time spent in a core to this turn. */
export function spend(micros: number): void {
  spentMicros += micros;
}

let latest = 0;
let isTurnKnown = false;
/** A process's first notes are not followed up: its first `setImmediate` takes a fifth of a millisecond, which one script need not pay. */
let free = 4;

/** Notes that a core is at work in this turn; the turn's first note reads the clock. */
export function touchTurn(): void {
  if (isTurnKnown) return;
  latest = now();
  if (free > 0) return void free--;
  isTurnKnown = true;
  arm();
}

/** The same for who has no budget to spend: the turn need not be counted. */
export function readClock(): void {
  if (!isTurnKnown) latest = now();
}

/** When this turn began to work: good enough for ages, and free. */
export function turnClock(): number {
  return latest;
}

/** Milliseconds, for cores that do not measure their steps. */
export function clock(): number {
  return now();
}

/** Calls `one.resume()` in the next turn. */
export function defer(one: Resumable): void {
  waiting.push(one);
  arm();
}
