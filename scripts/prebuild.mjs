// Puts the addon that was built here where the package looks for it: prebuilds/<platform>-<arch>/rhai_bridge.node, without its
// symbols, and the notices of what is compiled into it beside the package. What `npm pack` ships; no user of the package compiles anything.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`);
const addon = join(folder, 'rhai_bridge.node');

mkdirSync(folder, { recursive: true });
copyFileSync(join(root, 'build/Release/rhai_bridge.node'), addon);
if (process.platform === 'linux') strip(['--strip-unneeded', addon]);
if (process.platform === 'darwin') strip(['-x', addon]);
console.log(`prebuilt ${addon} (${(statSync(addon).size / 2 ** 20).toFixed(1)} MiB)`);

await import('./notices.mjs');

function strip(args) {
  const { status, error } = spawnSync('strip', args, { stdio: 'inherit' });
  if (error || status !== 0)
    console.warn('prebuild: strip is missing or failed; the addon keeps its symbols');
}
