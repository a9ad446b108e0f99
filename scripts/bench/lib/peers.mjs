/** Installs the peers where they are missing: they are the bench's own packages, not the project's. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join, resolve } from 'node:path';

const here = fileURLToPath(new URL('..', import.meta.url));

export function installPeers() {
  const all = ['isolated-vm', 'quickjs-emscripten', 'wasmoon', 'pyodide'];
  if (all.every((peer) => existsSync(join(here, 'node_modules', peer, 'package.json')))) return;
  console.log('Installing the peers (once; isolated-vm is compiled, about two minutes) …');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: 'inherit',
    env: { ...process.env, ...headers() },
  });
}

/** Node's own headers beside the running node, so that nothing is downloaded to compile isolated-vm. */
function headers() {
  const prefix = resolve(dirname(process.execPath), '..');
  return existsSync(join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {};
}
