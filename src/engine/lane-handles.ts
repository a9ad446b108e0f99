// What crosses between one lane and its core as a number: functions of scripts, host objects, errors of host functions.
// The lane says whose record is being read, so that a function inherits the limits of the run that gave it out.

import type { Port } from '../backend/port.js';
import type { ErrorTable } from '../host/errors.js';
import { ObjectTable } from '../host/objects.js';
import * as C from '../protocol/constants.js';
import type { FunctionHandle, HandleResolver, HandleSource } from '../protocol/handles.js';
import type { HostObject } from '../protocol/host-object.js';
import type { Run } from './run.js';
import { ScriptFunctions, type FunctionHome } from './script-functions.js';
import type { FunctionOrigin } from './task.js';

/** What the tables need of their lane and its engine. */
export interface HandleHost {
  readonly port: Port;
  readonly errors: ErrorTable;
  /** Of the run whose record is being read. */
  origin(): FunctionOrigin;
  call(handle: FunctionHandle, args: readonly unknown[], origin: FunctionOrigin): Run;
}

export class LaneHandles implements HandleResolver, HandleSource, FunctionHome {
  readonly functions = new ScriptFunctions(this);
  readonly objects = new ObjectTable();

  constructor(private readonly host: HandleHost) {}

  // Numbers that the core sends.

  functionFor(slot: number, generation: number, name: string): unknown {
    return this.functions.get(slot, generation, name, this.host.origin());
  }

  functionUnread(slot: number, generation: number): void {
    this.dropFunction(slot, generation, 1);
  }

  objectFor(handle: number): unknown {
    return this.objects.get(handle) ?? null;
  }

  errorFor(handle: number, name: string, message: string, code: string): unknown {
    return this.host.errors.get(handle, name, message, code);
  }

  // Numbers that go to the core.

  get home(): object {
    return this;
  }

  objectHandle(object: HostObject): number {
    return this.objects.handle(object);
  }

  objectsSent(objects: readonly HostObject[]): void {
    this.objects.sent(objects);
  }

  // Functions of scripts.

  callFunction(handle: FunctionHandle, args: readonly unknown[], origin: FunctionOrigin): Run {
    return this.host.call(handle, args, origin);
  }

  dropFunction(slot: number, generation: number, received: number): void {
    const { port } = this.host;
    if (port.closed) return;
    port.begin(C.DROP_FUNCTION, slot, generation).u32(received);
    port.end();
  }

  /** The core is gone. */
  clear(): void {
    this.functions.clear();
    this.objects.clear();
  }
}
