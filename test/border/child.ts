// Runs a small program in a process of its own, against the built package: for what ends or spoils a process.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const entry = new URL('../../dist/entry/node.mjs', import.meta.url);
const HUNG_MS = 60_000;

/** `body` is the text of an ES module that finds the package's exports as globals of the same names; `env` is added to the environment. */
export function child(
  body: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<ChildResult> {
  const program = `import * as rb from ${JSON.stringify(entry.href)};\nconst { RhaiEngine } = rb;\n${body}`;
  const process_ = spawn(process.execPath, [...args, '--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    timeout: HUNG_MS,
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  process_.stdout.on('data', (chunk) => (stdout += chunk));
  process_.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve) => {
    process_.on('close', (code, signal) =>
      resolve({ code, signal, stdout: stdout.trim(), stderr: stderr.trim() }),
    );
  });
}
