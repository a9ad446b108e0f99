// A worker that says hello and then computes for ever: no message reaches it again.
import { parentPort } from 'node:worker_threads';

parentPort.once('message', () => {
  parentPort.postMessage({ version: 1, counterNames: [] });
  setTimeout(() => {
    for (;;);
  });
});
