// Writes the hex of every golden vector that the Rust encoder makes (`"rust": true`) into test/vectors/values.json.
// Run it after the format has changed on purpose; what changes in the file is then to be read by a human.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const file = join(root, 'test/vectors/values.json');

const args = 'test --package rhai-bridge-core --lib -- --ignored --nocapture print_golden'.split(' ');
const { stdout, stderr, status } = spawnSync('cargo', args, { cwd: join(root, 'native'), encoding: 'utf8' });
if (status !== 0) throw new Error(`cargo test failed:\n${stderr}`);
const golden = new Map([...stdout.matchAll(/GOLD (.*)\t([0-9a-f]*)/g)].map(([, name, hex]) => [name, hex]));
if (golden.size === 0) throw new Error('the Rust encoder told nothing');

let changed = 0;
const lines = readFileSync(file, 'utf8').split('\n');
const updated = lines.map((line) => {
  const name = /^ *\{"name": "((?:[^"\\]|\\.)*)", "rust": true/.exec(line)?.[1];
  if (name === undefined) return line;
  const hex = golden.get(JSON.parse(`"${name}"`));
  if (hex === undefined) throw new Error(`the Rust encoder told nothing of "${name}"`);
  const next = line.replace(/"hex": "[0-9a-f]*"/, `"hex": "${hex}"`);
  if (next !== line) console.log(`${name}: ${hex}`);
  changed += next === line ? 0 : 1;
  return next;
});
writeFileSync(file, updated.join('\n'));
console.log(`${golden.size} vectors, ${changed} changed`);
