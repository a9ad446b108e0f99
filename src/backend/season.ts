// A time in which something happens again and again: it begins with the first touch and ends when a second has passed
// without one. Costs a timer per second at most, and keeps no process alive.

import { unref } from '../platform/timers.js';

const QUIET_MS = 1000;

export class Season {
  #on = false;
  #touched = false;

  constructor(private readonly change: (isOn: boolean) => void) {}

  touch(): void {
    this.#touched = true;
    if (this.#on) return;
    this.#on = true;
    this.change(true);
    this.#wait();
  }

  #wait(): void {
    this.#touched = false;
    unref(setTimeout(() => (this.#touched ? this.#wait() : this.#end()), QUIET_MS));
  }

  #end(): void {
    this.#on = false;
    this.change(false);
  }
}
