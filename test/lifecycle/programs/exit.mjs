// A process that exits with live runs: `exit.mjs mode seed`. It must keep its exit code and say nothing.
import { random } from './census.mjs';
import { KINDS, MODES, makeEngine } from './modes.mjs';

const [mode, seed] = process.argv.slice(2);
const pick = random(Number(seed));
const engine = makeEngine(KINDS[pick(KINDS.length)]);
MODES[mode](engine);
const leave = () => process.exit(7);
if (pick(4) === 0) leave();
else if (pick(3) === 0) setImmediate(leave);
else setTimeout(leave, pick(12));
