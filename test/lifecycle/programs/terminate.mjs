// Starts worker threads with live runs and terminates them at random moments: `terminate.mjs rounds [parallel] [seed]`.
// Prints what was left behind, and fails if that is anything. An abort of the process is the failure this looks for.
import { Worker } from 'node:worker_threads';
import { census, isNothing, leftOver, pause, random } from './census.mjs';

const [rounds, parallel = 4, seed = 1] = process.argv.slice(2).map(Number);
const MODES = ['looping', 'waiting', 'compiling', 'starting', 'replying'];
const program = new URL('./worker.mjs', import.meta.url);
const pick = random(seed);
const errors = [];

function message(worker, wanted) {
  return new Promise((resolve) => {
    worker.on('message', (text) => text === wanted && resolve());
    worker.once('exit', resolve);
  });
}

async function round(index) {
  const mode = MODES[index % MODES.length];
  const kind = Math.floor(index / MODES.length) % 4;
  const worker = new Worker(program, { workerData: { mode, kind, engines: 1 + (index % 3) } });
  worker.on('error', (error) => errors.push(`${mode}: ${error.message}`));
  // 'starting' is cut anywhere between the start of the thread and the first runs.
  await message(worker, mode === 'starting' ? 'up' : 'running');
  await pause(pick(mode === 'starting' ? 40 : 6));
  await worker.terminate();
}

async function lane(next) {
  for (let index = next(); index < rounds; index = next()) await round(index);
}

await round(0); // what loading costs once is not counted
const before = census();
let index = 0;
await Promise.all(Array.from({ length: parallel }, () => lane(() => index++)));
const { threads, descriptors, resources } = await leftOver({ ...before, bufferBytes: Infinity });
console.log(JSON.stringify({ rounds: index - parallel, errors, threads, descriptors, resources }));
process.exitCode = errors.length === 0 && isNothing({ threads, descriptors, resources }) ? 0 : 1;
