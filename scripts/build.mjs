// Builds the addon with node-gyp into build/Release/rhai_bridge.node, without any download: the headers are those
// beside the running node (or in npm_config_nodedir).
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const gyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');

relinkIfStale();
for (const command of ['configure', 'build']) {
  run(process.execPath, [gyp, command, `--nodedir=${nodeDir()}`, '--loglevel=warn', ...extra(command)]);
}
console.log('built build/Release/rhai_bridge.node');

/** gyp knows no dependency of the addon on the library it links: an addon older than the library is removed. */
function relinkIfStale() {
  const core = join(root, 'scripts/build-core.mjs');
  run(process.execPath, [core]);
  const { stdout } = spawnSync(process.execPath, [core, '--library'], { cwd: root, encoding: 'utf8' });
  const built = statSync(stdout.trim()).mtimeMs;
  for (const addon of ['build/Release/rhai_bridge.node', 'build/Release/obj.target/rhai_bridge.node']) {
    const file = join(root, addon);
    if (existsSync(file) && statSync(file).mtimeMs < built) rmSync(file);
  }
}

function extra(command) {
  return command === 'build' ? ['--jobs=2'] : [];
}

function nodeDir() {
  const beside = resolve(process.execPath, '../..');
  const candidates = [process.env.npm_config_nodedir, beside].filter(Boolean);
  const found = candidates.find((dir) => existsSync(join(dir, 'include/node/node_api.h')));
  if (found) return found;
  console.error(`build: no Node headers in ${candidates.join(' or ')}; set npm_config_nodedir`);
  process.exit(1);
}

function run(file, args) {
  const { status, error } = spawnSync(file, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
