/**
 * The platform's own postMessage: the smallest question to a worker thread, and its answer, one at a time. `workMicros`: what each
 * side computes before it answers. It matters: processors that slept for longer take longer to wake, and two or three microseconds
 * of work double the round trip.
 */
import { Worker } from 'node:worker_threads';

const script = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', (workMicros) => {
  const end = performance.now() + workMicros / 1000;
  while (performance.now() < end);
  parentPort.postMessage(workMicros);
});`;

export class BarePost {
  #worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
  #answered = () => {};

  constructor(workMicros) {
    this.workMicros = workMicros;
    this.#worker.on('message', () => this.#answered());
  }

  /** `n` questions; gives what the calls of the bench add up to. */
  async ask(n) {
    for (let i = 0; i < n; i++) await new Promise((resolve) => this.#send(resolve));
    return (n * (n + 1)) / 2;
  }

  #send(resolve) {
    this.#answered = resolve;
    const end = performance.now() + this.workMicros / 1000;
    while (performance.now() < end);
    this.#worker.postMessage(this.workMicros);
  }

  close() {
    return this.#worker.terminate();
  }
}
