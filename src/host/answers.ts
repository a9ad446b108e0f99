// Answers to host calls: what a function returned, or what it threw. A call is named by its numbers here.

import type { Port } from '../backend/port.js';
import { describe, RhaiLimitError } from '../errors/index.js';
import * as C from '../protocol/constants.js';
import type { ErrorTable } from './errors.js';
import type { CallOwner } from './owner.js';

export class Answers {
  constructor(
    private readonly port: Port,
    private readonly errors: ErrorTable,
  ) {}

  value(slot: number, generation: number, owner: CallOwner, value: unknown): void {
    const { port } = this;
    const record = port.begin(C.REPLY, slot, generation, owner.limits);
    try {
      record.encode(value);
    } catch (error) {
      return this.#refused(slot, generation, owner, port.abort(error));
    }
    port.end();
  }

  /** The result cannot cross: a limit ends the run, anything else is thrown at the call. */
  #refused(slot: number, generation: number, owner: CallOwner, error: unknown): void {
    if (error instanceof RhaiLimitError) owner.fail(error);
    else this.error(slot, generation, owner, error);
  }

  error(slot: number, generation: number, owner: CallOwner, error: unknown): void {
    const { name, message, code } = describe(error);
    const handle = this.errors.put(error, owner);
    const record = this.port.begin(C.THROW, slot, generation);
    record.u32(handle);
    record.text(name);
    record.text(message);
    record.text(code);
    this.port.end();
  }
}
