// A worker with our script, whichever kind the platform has: worker_threads in Node, module Workers in browsers.

import { nodeModule } from '../../platform/node.js';
import { nodeWorkerUrl, ownWebWorker, webWorkerFrom, type WebWorker } from '../wasm-files.js';
import { absolute } from './api.js';

export interface WorkerEvents {
  message(message: unknown): void;
  /** It ended, or never began. */
  lost(why: string): void;
}

export interface WorkerLink {
  post(message: unknown, transfer?: ArrayBuffer[]): void;
  ref(): void;
  unref(): void;
  terminate(): void;
}

/** Starts a worker; it does not keep the process alive. */
export function spawn(url: string | URL | undefined, events: WorkerEvents): WorkerLink {
  const threads = nodeModule('node:worker_threads');
  if (threads !== undefined) return nodeWorker(threads.Worker, url ?? nodeWorkerUrl(), events);
  return webWorker(url === undefined ? ownWebWorker() : webWorkerFrom(absolute(url)), events);
}

function nodeWorker(
  Worker: typeof import('node:worker_threads').Worker,
  url: string | URL,
  events: WorkerEvents,
): WorkerLink {
  // Nothing of the caller's command line: no loader, no inspector, no test runner starts in there.
  const worker = new Worker(absolute(url), { execArgv: [], name: 'rhai-bridge' });
  worker.unref();
  worker.on('message', (message: unknown) => events.message(message));
  worker.on('messageerror', (error) => events.lost(error.message));
  worker.on('error', (error: Error) => events.lost(error.message));
  worker.on('exit', (code) => events.lost(`it ended with ${code}`));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
    terminate: () => void worker.terminate(),
  };
}

function webWorker(worker: WebWorker, events: WorkerEvents): WorkerLink {
  worker.onmessage = (event) => events.message(event.data);
  worker.onmessageerror = () => events.lost('a message could not be read');
  worker.onerror = (event) => {
    event.preventDefault?.();
    events.lost(event.message || 'its script could not be loaded');
  };
  const nothing = (): void => {};
  return {
    post: (message, transfer) => worker.postMessage(message, transfer ?? []),
    ref: nothing,
    unref: nothing,
    terminate: () => worker.terminate(),
  };
}
