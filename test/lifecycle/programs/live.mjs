// Live runs until somebody kills the process, also when they are over before: `live.mjs mode kind`.
import { KINDS, MODES, makeEngine } from './modes.mjs';

const [mode, kind] = process.argv.slice(2);
setInterval(() => {}, 2 ** 31 - 1);
MODES[mode](makeEngine(KINDS[Number(kind)]));
