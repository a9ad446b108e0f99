/** Runs a script of child/ in a fresh node process; its last line is a JSON value. What a process does to itself is seen nowhere else. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `nodeFlags`: what a contestant needs to run at all, or a case to measure. */
export async function inFreshProcess(script, args, nodeFlags = []) {
  const path = fileURLToPath(new URL(`../child/${script}`, import.meta.url));
  const { stdout } = await run(process.execPath, [...nodeFlags, path, ...args.map(String)], {
    maxBuffer: 1 << 20,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** isolated-vm asks for it from Node 20 on. */
export const flagsOf = (contestant) => (contestant === 'isolated-vm' ? ['--no-node-snapshot'] : []);
