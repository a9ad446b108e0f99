// What crosses as a number: functions of scripts that the host holds, and objects of the host that scripts hold.
// The codec writes and reads the numbers; whoever owns the things stands behind these interfaces.

import type { HostObject } from './host-object.js';

/** A script's function as the host holds it. */
export interface FunctionHandle {
  /** The core that has it. */
  readonly home: object;
  readonly slot: number;
  readonly generation: number;
  readonly disposed: boolean;
}

/** What only the host knows: the things behind the numbers that a core sends. */
export interface HandleResolver {
  functionFor(slot: number, generation: number, name: string): unknown;
  /** A function was sent that nobody will ever see. */
  functionUnread(slot: number, generation: number): void;
  objectFor(handle: number): unknown;
  errorFor(handle: number, name: string, message: string, code: string): unknown;
}

/** What an encoder needs to write numbers for one core. */
export interface HandleSource {
  /** The core that will read them. */
  readonly home: object;
  /** It stands for every core. */
  readonly isAny?: boolean;
  objectHandle(object: HostObject): number;
  /** A record with these objects (one entry for each time) was sent. */
  objectsSent(objects: readonly HostObject[]): void;
}

/** No host objects in a record. */
export const NO_OBJECTS: HostObject[] = [];

const handles = new WeakMap<object, FunctionHandle>();

/** Makes `fn` stand for a script's function. */
export function bindHandle(fn: object, handle: FunctionHandle): void {
  handles.set(fn, handle);
}

/** The script's function that `fn` stands for. */
export function handleOf(fn: object): FunctionHandle | undefined {
  return handles.get(fn);
}
