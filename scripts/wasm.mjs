/**
 * npm run build:wasm: compiles wasm/ to wasm/pkg/rhai_bridge.wasm, with the target's standard library from wherever it can be had.
 *   --cached   only when that library is there already; ends with 3 when it is not
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = 'wasm32-unknown-unknown';
const missingTarget = 3;

/** Rust's default of 1 MiB is little for a parser; memory ends at 1 GiB, so that a script cannot take all of a page's. */
const linker = ['-zstack-size=4194304', '--max-memory=1073741824'];

const found = spawnSync(join(root, 'scripts/wasm-target.sh'), process.argv.slice(2), {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
if (found.status !== 0) process.exit(process.argv.includes('--cached') ? missingTarget : 1);

const targetDir = process.env.CARGO_TARGET_DIR ?? join(root, 'native/target');
execFileSync(
  'cargo',
  ['build', '--release', '--locked', '-p', 'rhai-bridge-wasm', '--target', target, '--target-dir', targetDir],
  {
    cwd: join(root, 'native'),
    stdio: 'inherit',
    env: {
      ...process.env,
      ...toolchainEnv(found.stdout.trim()),
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: flags(),
    },
  },
);

const out = join(root, 'wasm/pkg/rhai_bridge.wasm');
mkdirSync(join(root, 'wasm/pkg'), { recursive: true });
copyFileSync(join(targetDir, target, 'release/rhai_bridge_wasm.wasm'), out);
console.log(`wasm/pkg/rhai_bridge.wasm: ${(statSync(out).size / 1024).toFixed(0)} KiB`);

/** A toolchain of our own comes first on the path, and rustup is told to stay out of the way. */
function toolchainEnv(toolchain) {
  return toolchain ? { PATH: `${toolchain}/bin:${process.env.PATH}`, RUSTUP_TOOLCHAIN: toolchain } : {};
}

function flags() {
  return [...linker.map((argument) => `-Clink-arg=${argument}`), '-Cstrip=symbols'].join(' ');
}
