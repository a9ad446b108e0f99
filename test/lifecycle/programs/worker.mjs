// One environment with live runs in it; whoever started it ends it at any moment, or it ends by itself in the way that its data
// name. Says 'up' before anything of the package is loaded and 'running' when its runs are under way.
import { parentPort, workerData } from 'node:worker_threads';

parentPort.postMessage('up');
const { KINDS, MODES, makeEngine } = await import('./modes.mjs');
const engines = Array.from({ length: workerData.engines ?? 1 }, () => makeEngine(KINDS[workerData.kind]));
for (const engine of engines) MODES[workerData.mode](engine);
parentPort.postMessage('running');

/** Ways in which an environment ends by itself. */
const ENDS = {
  exit: () => process.exit(5),
  throw: () => {
    throw new Error('meant');
  },
  reject: () => void Promise.reject(new Error('meant')),
  memory: () => {
    for (const all = []; ;) all.push(Array.from({ length: 1000 }, (_, i) => ({ i })));
  },
};
if (workerData.end !== undefined) setTimeout(ENDS[workerData.end], 3);
