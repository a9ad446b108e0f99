/** The repository's own files: what git tracks or would track. Nothing built, nothing installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Paths from the root, of those whose name matches. */
export function sources(pattern) {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    { cwd: root, encoding: 'utf8' },
  );
  return listed.split('\n').filter((path) => path && pattern.test(path) && existsSync(`${root}/${path}`));
}

export const linesOf = (path) => readFileSync(`${root}/${path}`, 'utf8').replace(/\n$/, '').split('\n');
