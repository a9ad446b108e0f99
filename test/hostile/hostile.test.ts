// A sample of the hostile inputs, in child processes: whatever a script does, its run ends with a typed error or a value,
// the next run works, and a memory bomb takes no more than a quarter beyond its cap (on WASM, than twice its cap). All of them:
// `npm run test:long`.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { wasmIsBuilt } from '../border/wasm-built.js';

interface Verdict {
  readonly number: number;
  readonly name: string;
  readonly broken?: string;
}

const MAIN = fileURLToPath(new URL('main.mjs', import.meta.url));
const MINUTES = 60_000;

const FAMILIES: readonly [string, readonly number[]][] = [
  ['2.1 CPU and control flow', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
  ['2.2 recursion and stack', [17, 18, 19, 20, 21, 22, 23, 24, 25, 26]],
  ['2.3 parse bombs', [27, 28, 29, 30, 31, 32, 33, 34, 35, 37]],
  ['2.4 memory', [38, 39, 40, 41, 42, 43, 44, 45, 47]],
  ['2.5 numbers', [49, 50, 51, 52, 53, 54, 55, 56, 57]],
];

function hostileInputs(backend: 'native' | 'wasm'): void {
  let verdicts: readonly Verdict[] = [];
  beforeAll(async () => {
    const args = [MAIN, '--json', '--backend', backend];
    const run = promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 26 });
    const { stdout } = await run.catch((error: { stdout: string }) => error);
    verdicts = JSON.parse(stdout) as readonly Verdict[];
  }, 6 * MINUTES);

  for (const [family, numbers] of FAMILIES) {
    it.each(numbers)(`${family}, number %i: no promise is broken`, (number) => {
      const own = verdicts.filter((verdict) => verdict.number === number);
      expect(own.length).toBeGreaterThan(0);
      expect(own.filter((verdict) => verdict.broken)).toEqual([]);
    });
  }
}

describe('hostile inputs', () => hostileInputs('native'));
describe.skipIf(!wasmIsBuilt)('hostile inputs on WASM (needs npm run build:wasm)', () =>
  hostileInputs('wasm'),
);
