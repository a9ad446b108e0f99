/**
 * The tools of the build: wasm-pack and wasm-bindgen of the pinned versions, from PATH, else from the user's cache, else installed there
 * by cargo (once; unoptimised, for they only move files and sections). wasm-opt comes with npm's binaryen.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './stamp.mjs';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rhai-bridge');
const tools = join(cache, 'cargo-tools');

/** The command line of wasm-bindgen must be of the very version of the crate. */
function bindgenVersion() {
  const manifest = readFileSync(join(root, 'native/Cargo.toml'), 'utf8');
  return /^wasm-bindgen = "=(.+)"$/m.exec(manifest)[1];
}

const PINNED = [
  { program: 'wasm-pack', crate: 'wasm-pack', version: '0.15.1' },
  { program: 'wasm-bindgen', crate: 'wasm-bindgen-cli', version: bindgenVersion() },
];

const binaries = [join(tools, 'bin'), join(root, 'node_modules/.bin')];

/** The ordinary environment with our tools on its path. */
export const environment = { ...process.env, PATH: [process.env.PATH, ...binaries].join(delimiter) };

/** The folder in which `program` has the pinned version; undefined when there is none. */
function folderOf({ program, version }) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...binaries];
  return folders.find((folder) => versionAt(join(folder, program)) === version);
}

function versionAt(file) {
  const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
  return stdout?.trim().split(' ')[1];
}

function install({ crate, version }) {
  console.error(`wasm: installing ${crate} ${version} into ${tools}`);
  mkdirSync(tools, { recursive: true });
  const args = ['install', crate, '--version', version, '--locked', '--debug', '--quiet', '--force'];
  // Debug information would make each of them a hundred megabytes.
  const env = { ...process.env, CARGO_PROFILE_DEV_DEBUG: '0', CARGO_TARGET_DIR: join(tools, 'target') };
  execFileSync('cargo', [...args, '--root', tools], { cwd: root, stdio: 'inherit', env });
}

/** Whether all of them are there, so that nothing has to be installed. */
export const areThere = () => PINNED.every((tool) => folderOf(tool) !== undefined);

/** PATH with the pinned tools first; installs what is missing. */
export function pathWithTools() {
  const folders = PINNED.map((tool) => {
    const found = folderOf(tool);
    if (found !== undefined) return found;
    install(tool);
    return join(tools, 'bin');
  });
  return [...new Set([...folders, pathWithNpm()])].join(delimiter);
}

/** PATH with what npm has installed for us (wasm-opt), and cargo, which is often installed without being on it. */
export const pathWithNpm = () => {
  const cargo = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin');
  return [process.env.PATH, cargo, join(root, 'node_modules/.bin')].join(delimiter);
};

/** A toolchain that can compile for WebAssembly; empty when the ordinary one can. */
export function toolchain() {
  const found = spawnSync(join(root, 'scripts/wasm/target.sh'), [], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (found.status === 0) return found.stdout.trim();
  process.exit(1);
}
