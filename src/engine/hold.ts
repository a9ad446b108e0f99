// Keeps the process alive for runs that no core knows of yet, because they wait in the engine's queue: a timer that never
// matters, referenced while there is such a run. A run that a core has is held by that core's port.

import type { Task } from './task.js';

const FAR_MS = 2 ** 31 - 1;
const nothing = (): void => {};

export class Hold {
  #held = 0;
  #timer: NodeJS.Timeout | undefined;

  retain(_task: Task): void {
    if (this.#held++ === 0) this.#timer = setInterval(nothing, FAR_MS);
  }

  release(_task: Task): void {
    if (--this.#held > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A run begins to wait. */
  enter(task: Task): void {
    task.special.queue = this;
    if (task.referenced) this.retain(task);
  }

  /** It waits no more: it started or ended. */
  leave(task: Task): void {
    if (task.options.queue !== this) return;
    task.special.queue = undefined;
    if (task.referenced) this.release(task);
  }
}
