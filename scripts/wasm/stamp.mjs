/** What the module is made from, as one hash: sources, manifests, the compiler's pin and the scripts that build it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const out = join(root, 'wasm/pkg');

const FOLDERS = ['native/vm/src', 'native/core/src', 'wasm/src', 'scripts/wasm'];
const FILES = [
  'native/Cargo.toml',
  'native/Cargo.lock',
  'native/vm/Cargo.toml',
  'native/core/Cargo.toml',
  'wasm/Cargo.toml',
  'rust-toolchain.toml',
  'package.json',
];

function filesBelow(folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

export function stampOf() {
  const hash = createHash('sha256');
  const files = [...FILES.map((file) => join(root, file)), ...FOLDERS.flatMap(filesBelow)];
  for (const file of files) hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}
