// An empty project into which the packed tarball is installed, as a user would: `npm install rhai-bridge-….tgz`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Packed {
  readonly file: string;
  /** Paths inside the tarball. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

const npm = (args: readonly string[], cwd: string) =>
  execFileSync('npm', [...args, '--loglevel=error'], { cwd, encoding: 'utf8' });

/** Packs this repository as built. */
export function pack(into: string): Packed {
  execFileSync(process.execPath, [join(root, 'scripts/prebuild.mjs')]);
  const said = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', into], root);
  const listed = JSON.parse(said) as unknown;
  const [packed] = (Array.isArray(listed) ? listed : Object.values(listed as object)) as [
    { filename: string; size: number; files: { path: string }[] },
  ];
  return {
    file: join(into, packed.filename),
    paths: packed.files.map(({ path }) => path),
    bytes: packed.size,
  };
}

export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-project-'));

  constructor(tarball: string) {
    this.write('package.json', '{ "name": "project", "private": true }');
    npm(['install', '--offline', '--no-audit', '--no-fund', tarball], this.folder);
    copyFileSync(join(root, 'test/pack/smoke.mjs'), join(this.folder, 'smoke.mjs'));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** What a program prints; throws with what it says on stderr when it fails. */
  node(...args: string[]): string {
    return this.run(process.execPath, ['--no-warnings', ...args]);
  }

  run(command: string, args: readonly string[]): string {
    return execFileSync(command, args, { cwd: this.folder, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
