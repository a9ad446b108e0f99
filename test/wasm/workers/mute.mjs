// A worker that never answers: it takes every message and says nothing.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', () => {});
