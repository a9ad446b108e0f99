// Processes with live runs, killed (SIGKILL) at any moment from their start on: `kill.mjs rounds [seed]`. Whatever they were at, no
// file is left in the folders they could write to, no process of theirs lives on, and the next one works in the same folders.
// Prints what was left behind, and fails if that is anything.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause, random } from './census.mjs';
import { MODES } from './modes.mjs';

const [rounds, seed = 1] = process.argv.slice(2).map(Number);
const pick = random(seed);
/** Of a start, in milliseconds: node's own, the package's, the runs'. */
const START_MS = 150;
const program = fileURLToPath(new URL('live.mjs', import.meta.url));
const smoke = fileURLToPath(new URL('../../pack/run-smoke.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-kill-'));
const around = {
  cwd: folder,
  env: { ...process.env, TMPDIR: folder, HOME: folder, XDG_CACHE_HOME: folder, XDG_RUNTIME_DIR: folder },
};
const left = { files: [], processes: 0, wrong: [] };

/** Whether a process of the group that `pid` led is alive. */
function isGroupAlive(pid) {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

async function round(index) {
  const names = Object.keys(MODES);
  const args = [program, names[index % names.length], String(pick(4))];
  const child = spawn(process.execPath, args, { ...around, detached: true, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  await pause(pick(START_MS));
  child.kill('SIGKILL');
  const how = await ended;
  if (how !== 'SIGKILL') left.wrong.push(`${args[1]}: ${how}`);
  if (isGroupAlive(child.pid)) left.processes++;
}

for (let index = 0; index < rounds; index++) await round(index);
left.files = readdirSync(folder, { recursive: true });
const next = execFileSync(process.execPath, [smoke], { ...around, encoding: 'utf8' }).trim();
rmSync(folder, { recursive: true });
console.log(JSON.stringify({ rounds, ...left, next }));
const isClean = left.files.length + left.processes + left.wrong.length === 0 && next === 'ok';
process.exitCode = isClean ? 0 : 1;
