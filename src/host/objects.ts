// The host objects of one core: their numbers, and how often each was sent, so that they are kept exactly as long as
// a script holds them. The core counts the same and gives the count back with its release.

import { HostObject } from '../protocol/host-object.js';
import { Problem } from '../protocol/problem.js';

interface Held {
  readonly object: HostObject;
  sent: number;
}

const MAX_HANDLE = 0xffff_ffff;

export class ObjectTable {
  /** Also of objects that no script holds at the moment. */
  readonly #handles = new WeakMap<HostObject, number>();
  readonly #held = new Map<number, Held>();
  #next = 1;

  handle(object: HostObject): number {
    const known = this.#handles.get(object);
    if (known !== undefined) return known;
    if (this.#next > MAX_HANDLE) throw new Problem('this core has seen too many host objects');
    this.#handles.set(object, this.#next);
    return this.#next++;
  }

  /** A record with these objects is on its way. */
  sent(objects: readonly HostObject[]): void {
    for (const object of objects) {
      const handle = this.handle(object);
      const held = this.#held.get(handle);
      if (held === undefined) this.#held.set(handle, { object, sent: 1 });
      else held.sent++;
    }
  }

  get(handle: number): HostObject | undefined {
    return this.#held.get(handle)?.object;
  }

  /** No script holds it any more; it was received so often. */
  released(handle: number, received: number): void {
    const held = this.#held.get(handle);
    if (held === undefined) return;
    held.sent -= received;
    if (held.sent <= 0) this.#held.delete(handle);
  }

  /** Objects that scripts hold. */
  get size(): number {
    return this.#held.size;
  }

  clear(): void {
    this.#held.clear();
  }
}
