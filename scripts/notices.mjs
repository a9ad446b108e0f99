// Writes THIRD-PARTY-NOTICES.txt: what others wrote that is inside the addon and the WASM module, and on which terms. The crates are
// those that cargo links (no build scripts, no macros); where MIT is one of several licences, it is the one that is taken.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const OWN = /^rhai-bridge/;
const SHIPPED = ['rhai-bridge-ffi', 'rhai-bridge-wasm'];

const entries = [...crates().map(ofCrate), ofAddonApi()].sort((a, b) => (a.title < b.title ? -1 : 1));
const text = entries.map(({ title, licence, source, terms }) =>
  [`${'='.repeat(80)}\n${title}`, `Licence: ${licence}`, `Source: ${source}`, '', terms.trim()].join('\n'),
);
const opening =
  'This package contains code of these projects, unchanged; the addon and the WASM module also contain the\n' +
  'standard library of Rust (https://github.com/rust-lang/rust), on the terms of the MIT licence.';
writeFileSync(join(root, 'THIRD-PARTY-NOTICES.txt'), `${[opening, ...text].join('\n\n')}\n`);
console.log(`notices of ${entries.length} projects`);

/** Every package that is linked into what is shipped. */
function crates() {
  const args = [
    'metadata',
    '--format-version',
    '1',
    '--locked',
    '--manifest-path',
    join(root, 'native/Cargo.toml'),
  ];
  const { stdout, stderr, status } = spawnSync(cargo(), args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`cargo metadata failed:\n${stderr}`);
  const { packages, resolve: graph } = JSON.parse(stdout);
  const byId = new Map(packages.map((one) => [one.id, one]));
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const linked = new Set();
  const walk = (id) => {
    const isMacro = byId.get(id).targets.some(({ kind }) => kind.includes('proc-macro'));
    if (linked.has(id) || isMacro) return;
    linked.add(id);
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps)
      if (kinds.some(({ kind }) => kind === null)) walk(pkg);
  };
  for (const { id, name } of packages) if (SHIPPED.includes(name)) walk(id);
  return [...linked].map((id) => byId.get(id)).filter(({ name }) => !OWN.test(name));
}

/** cargo is often installed without being on the PATH of the shell that runs npm. */
function cargo() {
  const name = process.platform === 'win32' ? 'cargo.exe' : 'cargo';
  const usual = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin', name);
  return existsSync(usual) ? usual : name;
}

function ofCrate({ name, version, license, repository, manifest_path: manifest }) {
  return {
    title: `${name} ${version}`,
    licence: license,
    source: repository,
    terms: terms(dirname(manifest), license),
  };
}

function ofAddonApi() {
  const manifest = createRequire(import.meta.url).resolve('node-addon-api/package.json');
  const { name, version, license } = JSON.parse(readFileSync(manifest, 'utf8'));
  const source = 'https://github.com/nodejs/node-addon-api';
  return { title: `${name} ${version}`, licence: license, source, terms: terms(dirname(manifest), license) };
}

/** The text of the licence, or of all of them where MIT is none. */
function terms(folder, licence) {
  const files = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
  const mit = files.filter((file) => /mit/i.test(file));
  const wanted = /\bMIT\b/.test(licence) && mit.length > 0 ? mit : files;
  if (wanted.length === 0) throw new Error(`no licence in ${folder}`);
  return wanted.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
}
