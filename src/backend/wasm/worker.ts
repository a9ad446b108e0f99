// The script of a worker, the same file for `worker_threads` and for module Workers: it connects the loop to the port.

import { nodeModule } from '../../platform/node.js';
import { WorkerLoop } from './worker-loop.js';
import type { Birth } from './wire.js';

/** As much of a worker's global scope as is used. */
interface WorkerScope {
  onmessage: ((event: { data: Birth | ArrayBuffer }) => void) | null;
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
}

const threads = nodeModule('node:worker_threads');
const parent = threads?.parentPort;
if (parent) {
  const look = (): Birth | ArrayBuffer | undefined => threads.receiveMessageOnPort(parent)?.message;
  const loop = new WorkerLoop((message, transfer) => parent.postMessage(message, transfer), look);
  parent.on('message', (message: Birth | ArrayBuffer) => loop.take(message));
} else {
  const scope = globalThis as unknown as WorkerScope;
  const loop = new WorkerLoop((message, transfer) => scope.postMessage(message, transfer));
  scope.onmessage = (event) => loop.take(event.data);
}
