/**
 * The bare thread: a worker of Node that computes until it is told to stop, or until a moment comes, and then says so. Nothing of the
 * package: what it takes too long is what the machine and its scheduler take, with the same two threads as ours.
 */
import { Worker } from 'node:worker_threads';

const CODE = `
  const { parentPort, workerData } = require('node:worker_threads');
  const clock = () => performance.timeOrigin + performance.now();
  parentPort.on('message', (untilMs) => {
    if (untilMs === undefined) while (Atomics.load(workerData, 0) === 0);
    else while (clock() < untilMs);
    parentPort.postMessage(0);
  });`;

export class BareThread {
  #stop = new Int32Array(new SharedArrayBuffer(4));
  #worker = new Worker(CODE, { eval: true, workerData: this.#stop });

  /** Computes for so long. */
  computeFor(ms) {
    return this.#ask(performance.timeOrigin + performance.now() + ms);
  }

  /** Computes until `cancel`. */
  compute() {
    Atomics.store(this.#stop, 0, 0);
    return this.#ask(undefined);
  }

  cancel() {
    Atomics.store(this.#stop, 0, 1);
  }

  #ask(what) {
    return new Promise((resolve) => {
      this.#worker.once('message', resolve);
      this.#worker.postMessage(what);
    });
  }

  close() {
    return this.#worker.terminate();
  }
}
