// `emit(value)` of every engine: gives a value to whoever reads the run's stream (`evalStream`), and lets the script
// wait while the buffer is full. In a run that nobody reads it is an error that says so.

import { RhaiError } from '../errors/index.js';
import type { HostCallContext } from './context.js';

/** Takes what is emitted: undefined when there is room for more, else a promise of room. */
export type EmitSink = (value: unknown) => Promise<void> | undefined;

/** The host function behind `emit(v)`. */
export function emit(context: HostCallContext, value: unknown): Promise<void> | undefined {
  return context.emit(value);
}

/** Why `emit` failed in a run that is no stream. */
export function noStream(): RhaiError {
  return new RhaiError('RHAI_EMIT', 'emit(value) needs a reader: run the script with evalStream().');
}
