/** What the parts share: running programs and collecting what they say, Node versions, a cache folder. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(import.meta.url), '../../..');
/** Built things that are dear and belong to nobody's sources. */
export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rhai-bridge');

/** Runs a program; gives its exit code, signal and everything it said. `echo` shows it meanwhile. */
export function run(command, args, { cwd = root, env = {}, echo = false } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (echo) process.stdout.write(chunk);
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      if (echo) process.stderr.write(chunk);
    });
    child.on('error', (error) =>
      done({ code: -1, signal: null, stdout, stderr: `${stderr}${error.message}` }),
    );
    child.on('close', (code, signal) => done({ code, signal, stdout: stdout.trim(), stderr: stderr.trim() }));
  });
}

/** The same, but a failure is an exception. */
export async function must(command, args, options) {
  const ended = await run(command, args, options);
  if (ended.code !== 0)
    throw new Error(
      `${command} ${args.join(' ')}: ${ended.signal ?? ended.code}\n${ended.stdout}\n${ended.stderr}`,
    );
  return ended;
}

/** The supported Node versions; RHAI_BRIDGE_NODES=24,26 picks some of them. */
export const VERSIONS = process.env.RHAI_BRIDGE_NODES?.split(',') ?? ['20', '22', '24', '26'];

/** The node program of a major version: the running one, or the npm package that carries it. */
export async function nodeOf(major) {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  const folder = join(cache, `node-${major}`);
  const name = `node-${process.platform}-${process.arch}`;
  const node = join(folder, 'node_modules', name, 'bin/node');
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    await must('npm', ['install', '--no-audit', '--no-fund', `${name}@${major}`], { cwd: folder });
  }
  return node;
}

/** Where cargo puts what a part builds. */
export const targetDir = (part) => join(process.env.CARGO_TARGET_DIR ?? join(root, 'native/target'), part);

/** The newest clang there is; the sanitizers need its runtime libraries too. */
export function clang() {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => existsSync(folder));
  const found = folders
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => /^clang\+\+(-\d+)?$/.test(file))
        .map((file) => join(folder, file)),
    )
    .sort((a, b) => Number(b.match(/-(\d+)$/)?.[1] ?? 0) - Number(a.match(/-(\d+)$/)?.[1] ?? 0));
  if (found.length === 0) throw new Error('clang++ is missing (Debian: clang-19 and libclang-rt-19-dev)');
  return found[0];
}
