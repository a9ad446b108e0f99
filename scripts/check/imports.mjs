/**
 * In src/, imports go one way: protocol ← backend ← host ← engine ← entry. Files beside those folders (errors, options, …) are common
 * ground, on protocol's level, unless LAYER_OF_FILE says that they are part of a layer. (In Rust, cargo itself keeps vm ← core ← ffi | wasm.)
 */
import { dirname, join } from 'node:path/posix';
import { linesOf, sources } from './sources.mjs';

/** The level of each folder; a file imports its own level and lower ones. */
const LEVELS = { ground: 0, protocol: 0, backend: 1, host: 2, engine: 3, entry: 4 };
const LAYER_OF_FILE = {
  engine: 'engine',
  run: 'engine',
  script: 'engine',
  execution: 'engine',
  index: 'entry',
};

const IMPORT =
  /(?:^|\s)(?:import|export)\b[^'"]*?\bfrom\s*['"](\.[^'"]+)['"]|\bimport\s*\(?\s*['"](\.[^'"]+)['"]/g;

export function importComplaints() {
  return sources(/^src\/.*\.m?ts$/).flatMap((path) => {
    const text = linesOf(path).join('\n');
    return [...text.matchAll(IMPORT)].flatMap((match) => complaint(path, match[1] ?? match[2]));
  });
}

function complaint(path, specifier) {
  const target = join(dirname(path), specifier);
  if (!target.startsWith('src/')) return [];
  const [from, to] = [layerOf(path), layerOf(target)];
  return LEVELS[to] > LEVELS[from] ? [`${path}: a ${from} file imports ${target}, which is ${to}`] : [];
}

function layerOf(path) {
  const [, first, ...rest] = path.split('/');
  if (rest.length && first in LEVELS) return first;
  if (rest.length) return 'ground';
  return LAYER_OF_FILE[first.replace(/\.[a-z]+$/, '')] ?? 'ground';
}
