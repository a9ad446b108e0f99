/** Compiles wasm/ by wasm-pack and puts the optimised module, and nothing else of what wasm-pack wrote, into wasm/pkg. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { snapshot } from './snapshot.mjs';
import { firstFunctions } from './profile.mjs';
import { snip } from './snip.mjs';
import { joined, parted } from './split.mjs';
import { out, root } from './stamp.mjs';
import { areThere, pathWithNpm, pathWithTools, toolchain } from './tools.mjs';

const target = 'wasm32-unknown-unknown';
const module = join(out, 'rhai_bridge.wasm');

/**
 * Rust's default of 1 MiB is little for a parser; memory ends at 1 GiB, so that a script cannot take all of a page's. The names are for
 * snip.mjs, and go away afterwards.
 */
const LINKER = ['-zstack-size=4194304', '--max-memory=1073741824', '--keep-section=name'];

/** What rustc may emit; every browser of the last years has it, and wasm-opt must be told. */
const FEATURES = [
  'bulk-memory',
  'bulk-memory-opt',
  'call-indirect-overlong',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
];

/**
 * rustc's flags: the linker's, and no path of this machine in a panic's text. The name makes cargo build anew where the standard
 * library comes from elsewhere than before: it would not notice.
 */
export function rustFlags(std) {
  const registry = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src');
  return [
    `--cfg=std_from="${std}"`,
    ...LINKER.map((argument) => `-Clink-arg=${argument}`),
    `--remap-path-prefix=${registry}=crates`,
    `--remap-path-prefix=${root}=rhai-bridge/`,
  ].join(' ');
}

/** The environment for cargo and wasm-pack. A toolchain of our own comes first, and rustup is told to stay out of the way. */
export function buildEnvironment(path = pathWithNpm()) {
  const own = toolchain();
  return {
    ...process.env,
    PATH: own ? `${own}/bin:${path}` : path,
    ...(own && { RUSTUP_TOOLCHAIN: own }),
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: rustFlags(own ? 'source' : 'rustup'),
    CARGO_TARGET_DIR: targetDir(),
  };
}

export function targetDir() {
  return process.env.CARGO_TARGET_DIR ?? join(root, 'native/target');
}

/**
 * Makes a module small, and takes its names away. A function with one caller stays one, where it is not tiny: it may be seldom called, and
 * V8 compiles a function when it is first called.
 */
function optimise(from, to) {
  const passes = ['-Oz', '--one-caller-inline-max-function-size=40', '--strip-debug', '--strip-producers'];
  const features = FEATURES.map((feature) => `--enable-${feature}`);
  execFileSync('wasm-opt', [...passes, ...features, from, '-o', to], {
    stdio: 'inherit',
    env: { ...process.env, PATH: pathWithNpm() },
  });
}

/** As wasm-pack does it. */
function byWasmPack() {
  const packed = join(targetDir(), target, 'wasm-pack');
  const flags = ['--mode', 'no-install', '--target', 'web', '--no-typescript', '--no-pack', '--no-opt'];
  execFileSync(
    'wasm-pack',
    ['build', join(root, 'wasm'), ...flags, '--out-dir', packed, '--profile', 'wasm', '--', '--locked'],
    { stdio: 'inherit', env: buildEnvironment(pathWithTools()) },
  );
  return join(packed, 'rhai_bridge_wasm_bg.wasm');
}

/** Without wasm-pack: cargo is what it calls, and none of the glue that it would add is used. */
function byCargo(profile, ...what) {
  const args = ['build', '--profile', profile, '--locked', '-p', 'rhai-bridge-wasm', ...what, '--target', target];
  execFileSync('cargo', args, { cwd: join(root, 'native'), stdio: 'inherit', env: buildEnvironment() });
  return join(targetDir(), target, profile);
}

/**
 * What wasm/pkg has. With `forTests`, nothing is installed for it: where there is no wasm-pack, cargo makes the same code, numbered
 * otherwise.
 */
export async function buildModule({ forTests }) {
  const built = forTests && !areThere() ? join(byCargo('wasm'), 'rhai_bridge_wasm.wasm') : byWasmPack();
  const prepared = join(targetDir(), target, 'prepared.wasm');
  writeFileSync(prepared, snip(snapshot(readFileSync(built), 'rhai_bridge_prepare')));
  const optimised = join(targetDir(), target, 'optimised.wasm');
  optimise(prepared, optimised);
  const whole = readFileSync(optimised);
  const first = await firstFunctions(whole);
  mkdirSync(out, { recursive: true });
  // (Both parts keep the number of every function: so they resemble each other, and brotli makes less of them than without the empty ones.)
  writeFileSync(module, joined(parted(whole, (index) => first.has(index))));
}

/** The example of that name, optimised the same way, as a file in the target folder. The profile `release` is for speed. */
export function buildExample(name, profile = 'wasm') {
  const built = join(byCargo(profile, '--example', name), 'examples', `${name}.wasm`);
  const optimised = join(targetDir(), target, `${name}.${profile}.wasm`);
  optimise(built, optimised);
  return optimised;
}

/** Bytes of the module, as it is and as a web server sends it; undefined when there is none. */
export function sizesOf() {
  if (!existsSync(module)) return undefined;
  const bytes = readFileSync(module);
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  return { bytes: bytes.length, brotli: brotli.length };
}
