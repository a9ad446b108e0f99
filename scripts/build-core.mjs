// Builds the Rust core as a static library. The one caller of cargo: binding.gyp and CMakeLists.txt both come here.
//
//   node scripts/build-core.mjs             builds
//   node scripts/build-core.mjs --library   prints the library's path
//   node scripts/build-core.mjs --inputs    prints the files it depends on
//
// RHAI_BRIDGE_PROFILE=dev builds without optimisation across crates (fast to build, slow to run); default release.
// CARGO_TARGET_DIR says where cargo puts things; default native/target.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const native = join(root, 'native');
const crates = ['vm', 'core', 'ffi'];

const profile = process.env.RHAI_BRIDGE_PROFILE ?? 'release';
if (profile !== 'release' && profile !== 'dev') fail(`RHAI_BRIDGE_PROFILE is ${profile}, not dev or release`);
const targetDir = resolve(process.env.CARGO_TARGET_DIR ?? join(native, 'target'));
const libraryName = process.platform === 'win32' ? 'rhai_bridge_ffi.lib' : 'librhai_bridge_ffi.a';
const library = join(targetDir, profile === 'dev' ? 'debug' : 'release', libraryName);

const command = process.argv[2];
if (command === '--library') console.log(library);
else if (command === '--inputs') console.log(inputs().join(' '));
else if (command === undefined) build();
else fail(`unknown option ${command}`);

function build() {
  const args = ['build', '--locked', '--package', 'rhai-bridge-ffi', '--profile', profile];
  const env = { ...process.env, CARGO_TARGET_DIR: targetDir };
  const { status, error } = spawnSync(cargo(), args, { cwd: native, env, stdio: 'inherit' });
  if (error) fail(`cargo could not be started (${error.message}). Install Rust: https://rustup.rs`);
  if (status !== 0) process.exit(status ?? 1);
}

/** cargo is often installed without being on the PATH of the shell that runs npm. */
function cargo() {
  const name = process.platform === 'win32' ? 'cargo.exe' : 'cargo';
  const usual = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin', name);
  return existsSync(usual) ? usual : name;
}

function inputs() {
  const own = ['Cargo.toml', 'Cargo.lock', ...crates.map((crate) => `${crate}/Cargo.toml`)];
  const sources = crates.flatMap((crate) =>
    readdirSync(join(native, crate, 'src'), { recursive: true })
      .filter((file) => String(file).endsWith('.rs'))
      .map((file) => `${crate}/src/${file}`),
  );
  return [...own, ...sources].map((file) => `native/${file}`.replaceAll('\\', '/'));
}

function fail(message) {
  console.error(`build-core: ${message}`);
  process.exit(1);
}
