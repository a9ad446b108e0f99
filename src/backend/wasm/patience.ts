// A worker that has answered will often have the next message within microseconds, while to sleep and to be woken takes tens of
// them, and costs who wakes it as much. So it looks for a message for a moment; when that was in vain, it skips 1, 3, 7 … 255
// occasions before it tries again, so that who waits for long pays nothing.

export const WAIT_MS = 0.05;
const MOST_SKIPS = 255;

const performanceNow = performance.now.bind(performance);

export class Patience<Message> {
  #skips = 0;
  #left = 0;

  /** `look`: the message that has come, if any. */
  constructor(
    private readonly look: () => Message | undefined,
    private readonly now: () => number = performanceNow,
  ) {}

  /** The next message, if it comes at once or soon. */
  wait(): Message | undefined {
    const message = this.look();
    if (message !== undefined) return message;
    if (this.#left > 0) {
      this.#left--;
      return undefined;
    }
    return this.#watch();
  }

  #watch(): Message | undefined {
    for (const end = this.now() + WAIT_MS; this.now() < end;) {
      const message = this.look();
      if (message === undefined) continue;
      this.#skips = 0;
      return message;
    }
    this.#left = this.#skips = Math.min(2 * this.#skips + 1, MOST_SKIPS);
    return undefined;
  }
}
