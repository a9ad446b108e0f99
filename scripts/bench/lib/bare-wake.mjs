/**
 * The bare wake: asks a worker core of the addon for its (empty) scope and waits for the answer, one question at a time. Nothing of
 * the package but the addon: what is left is waking a thread that sleeps, and being woken by it through a threadsafe function.
 */
import { fileURLToPath } from 'node:url';

const ring = 4096;
const [outHead, outTail, inHead, wake, version] = [0, 16, 32, 80, 144];
const getScope = 12;

export class BareWake {
  #control;
  #view;
  #core;
  #head = 0;
  #answered = () => {};

  constructor() {
    const module = { exports: {} };
    process.dlopen(
      module,
      fileURLToPath(new URL('../../../build/Release/rhai_bridge.node', import.meta.url)),
    );
    const buffer = new ArrayBuffer(1024 + 2 * ring);
    this.#control = new Int32Array(buffer);
    this.#view = new DataView(buffer);
    this.#control[version] = module.exports.protocolVersion;
    this.#core = new module.exports.Core(buffer, ring, ring, 1, () => this.#answer());
    this.#core.ref();
  }

  /** `n` questions, each after the answer to the one before; gives what the calls of the bench add up to. */
  async ask(n) {
    for (let i = 0; i < n; i++) await new Promise((resolve) => this.#send(resolve));
    return (n * (n + 1)) / 2;
  }

  #send(resolve) {
    this.#answered = resolve;
    const at = 1024 + ring + (this.#head & (ring - 1));
    for (const [word, value] of [16, getScope, 0, 0].entries())
      this.#view.setUint32(at + word * 4, value, true);
    this.#head = (this.#head + 16) >>> 0;
    Atomics.store(this.#control, inHead, this.#head | 0);
    this.#core.wake();
  }

  /** Drained by moving the tail: what the answer says is known. */
  #answer() {
    Atomics.store(this.#control, wake, 0);
    Atomics.store(this.#control, outTail, Atomics.load(this.#control, outHead));
    this.#answered();
  }

  close() {
    this.#core.close();
  }
}
