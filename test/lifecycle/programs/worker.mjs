// One environment with live runs in it; whoever started it ends it at any moment. Says 'up' before anything of the package is
// loaded and 'running' when its runs are under way.
import { parentPort, workerData } from 'node:worker_threads';

parentPort.postMessage('up');
const { KINDS, MODES, makeEngine } = await import('./modes.mjs');
const engines = Array.from({ length: workerData.engines ?? 1 }, () => makeEngine(KINDS[workerData.kind]));
for (const engine of engines) MODES[workerData.mode](engine);
parentPort.postMessage('running');
