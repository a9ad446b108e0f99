// What the host layer needs to know of a run: who asked, under which limits, in which async context.
// The engine's tasks are owners; this layer never sees more of them.

import type { ValueLimits } from '../protocol/limits.js';
import type { AsyncScope } from '../platform/async-scope.js';
import type { HostCall } from './call.js';
import type { ErrorOwner } from './errors.js';

export interface CallOwner extends ErrorOwner {
  readonly id: number;
  /** Over, or about to be: no host function starts any more. */
  readonly ended: boolean;
  /** Runs on the caller's stack: cannot wait for a promise. */
  readonly sync: boolean;
  readonly limits: ValueLimits;
  readonly scope: AsyncScope | undefined;
  /** Somebody else answers its host calls. */
  readonly byHand: ((call: HostCall) => void) | undefined;
  /** Host calls in flight. */
  waiting: number;
  /** Gives a value to the reader of the run's stream: undefined when there is room for more, else a promise of room. */
  emit(value: unknown): Promise<void> | undefined;
  /** Ends the run with an error of the host side. */
  fail(error: unknown): void;
  /** Why the signals of its host functions abort. */
  abortReason(): unknown;
}

export interface Owners {
  find(slot: number, generation: number): CallOwner | undefined;
}
