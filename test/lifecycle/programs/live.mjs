// Live runs until somebody kills the process: `live.mjs mode kind`.
import { KINDS, MODES, makeEngine } from './modes.mjs';

const [mode, kind] = process.argv.slice(2);
MODES[mode](makeEngine(KINDS[Number(kind)]));
