// A second copy of this package in a folder of its own: what package.json exports, and the addon.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where the addon is, in the repository and in a published package. */
const ADDONS = [
  'build/Release/rhai_bridge.node',
  `prebuilds/${process.platform}-${process.arch}/rhai_bridge.node`,
];

export interface Copy {
  readonly folder: string;
  /** Every addon file of the copy. */
  readonly addons: readonly string[];
  remove(): void;
}

export function copyPackage(): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-copy-'));
  const addons = ADDONS.filter((file) => existsSync(join(root, file)));
  for (const part of ['package.json', 'dist', ...addons]) {
    mkdirSync(dirname(join(folder, part)), { recursive: true });
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  return {
    folder,
    addons: addons.map((file) => join(folder, file)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
