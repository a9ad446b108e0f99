/** The rules of this house that no linter knows. Each returns its complaints; an empty list is a pass. */
import { importComplaints } from './imports.mjs';
import { linesOf, sources } from './sources.mjs';

const CODE = /\.(rs|ts|mts|mjs|cjs|js|c|cc|cpp|h|hpp|sh)$/;
const longest = 300;

/** Where `unsafe` may stand: the two borders, and one audited file of the machine. */
const UNSAFE_ALLOWED = [/^native\/ffi\//, /^wasm\//, /^native\/vm\/src\/machine\/registers\.rs$/];

function unsafePlaces() {
  const files = sources(/\.rs$/).filter((path) => !UNSAFE_ALLOWED.some((allowed) => allowed.test(path)));
  return files.flatMap((path) =>
    linesOf(path).flatMap((line, at) =>
      /\bunsafe\b/.test(codeOf(line))
        ? [`${path}:${at + 1}: unsafe stands outside the border: ${line.trim()}`]
        : [],
    ),
  );
}

/** A line of Rust without its string literals and its comment. */
const codeOf = (line) => line.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\/\/.*$/, '');

/** A file over 300 lines says in its first 15 why it is that long: `long because: …`. */
function longFiles() {
  return sources(CODE).flatMap((path) => {
    const lines = linesOf(path);
    const excused =
      lines.length <= longest || lines.slice(0, 15).some((line) => /long because: \S/.test(line));
    return excused ? [] : [`${path}: ${lines.length} lines, and no 'long because: …' at its top`];
  });
}

/** Every file of ours opens with its idea. */
function silentFiles() {
  return sources(CODE).flatMap((path) => {
    const first = linesOf(path).find((line) => line.trim() && !line.startsWith('#!')) ?? '';
    return /^\s*(\/\/|\/\*|#)/.test(first)
      ? []
      : [`${path}: does not open with a comment that says what it is`];
  });
}

export const RULES = [
  { name: 'rule:unsafe', run: unsafePlaces },
  { name: 'rule:length', run: longFiles },
  { name: 'rule:opening', run: silentFiles },
  { name: 'rule:imports', run: importComplaints },
];
