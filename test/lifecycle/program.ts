// Runs a program of `programs/`, or a few lines given as text, in a process of its own: a crash is a failed line, not a dead runner.
// What the lines import from 'rhai-bridge' is this package as its package.json exports it.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { afterSeconds } from './programs/census.mjs';

/** Processes start slowly on a busy machine, and one that is stopped for a while stops them too; no law waits for this. */
vi.setConfig({ testTimeout: 300_000 });

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** Options of node. */
  readonly node?: readonly string[];
  readonly env?: Record<string, string>;
  /** What to run instead of node itself, with node's path as its last argument. */
  readonly under?: readonly string[];
  /** After so many seconds of this process's own time it is killed. */
  readonly hungSeconds?: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const HUNG_SECONDS = 60;

/** Any program of node, by its arguments. */
export function run(args: readonly string[], around: Surroundings): Promise<Ended> {
  const command = [...(around.under ?? []), process.execPath, ...(around.node ?? []), ...args];
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    env: { ...process.env, ...around.env },
  });
  const calm = afterSeconds(around.hungSeconds ?? HUNG_SECONDS, () => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      calm();
      resolve({ code, signal, stdout: stdout.trim(), stderr: stderr.trim() });
    });
  });
}

/** A file of `programs/`. */
export function program(name: string, args: readonly (string | number)[] = [], around: Surroundings = {}) {
  const file = fileURLToPath(new URL(`./programs/${name}`, import.meta.url));
  return run([file, ...args.map(String)], around);
}

const PRELUDE = `
import * as rb from 'rhai-bridge';
import { census, leftOver, pause } from './test/lifecycle/programs/census.mjs';
import { KINDS, MODES, makeEngine } from './test/lifecycle/programs/modes.mjs';
const { RhaiEngine } = rb;
`;

/** The text of a module that already has RhaiEngine, rb, census, leftOver, pause, KINDS, MODES and makeEngine. */
export function lines(text: string, around: Surroundings = {}) {
  return run(['--input-type=module', '-e', PRELUDE + text], around);
}

/** What a program that did well looks like; `stdout` is compared. */
export const well = (stdout: unknown = '') => ({ code: 0, signal: null, stdout, stderr: '' });
