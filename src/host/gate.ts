// The bound on calls of one function (option `concurrency`): who finds it full waits here, in order, over all runs and cores.
// A call that is aborted while it waits is skipped; one that is aborted while it runs frees its place at once.

import type { HostCall } from './call.js';

interface Starter {
  start(call: HostCall): void;
}

interface Waiting {
  readonly call: HostCall;
  readonly starter: Starter;
}

interface State {
  active: number;
  queue: Waiting[];
  /** A leave is starting others: functions that end at once must not nest. */
  starting: boolean;
}

export class FunctionGate {
  /** By function id, so that replacing a function keeps its bound. */
  readonly #states: (State | undefined)[] = [];

  /** True when the call may start now; else it is started later. */
  enter(call: HostCall, starter: Starter): boolean {
    const state = (this.#states[call.fn.id] ??= { active: 0, queue: [], starting: false });
    if (state.active < call.fn.concurrency) {
      state.active++;
      call.active = true;
      return true;
    }
    call.shared = true; // keeps it out of the pool: the queue still points at it when it is aborted
    state.queue.push({ call, starter });
    return false;
  }

  leave(call: HostCall): void {
    call.active = false;
    const state = this.#states[call.fn.id]!;
    state.active--;
    if (!state.starting) startWaiting(state);
  }
}

function startWaiting(state: State): void {
  state.starting = true;
  while (state.queue.length > 0) {
    const { call } = state.queue[0]!;
    if (!call.dead && !call.owner.ended && state.active >= call.fn.concurrency) break;
    const { starter } = state.queue.shift()!;
    if (call.dead || call.owner.ended) continue;
    state.active++;
    call.active = true;
    starter.start(call);
  }
  state.starting = false;
}
