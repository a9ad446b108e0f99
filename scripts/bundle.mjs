// Bundles src/entry into dist/entry. For Node the engine is a script that `node.mjs` loads (src/entry/load.ts says how), and two
// more that wait until they are needed: what few programs use, and the WASM backend. For browsers it is `browser.js`, which has what a
// page needs to begin, and leaves the engine to dist/chunks; `module.js` has both, for bundles of Node. What two files need is in one of
// these alone, and the others import it from there: the classes must be the same ones everywhere. Minified and ASCII, because parsing is
// most of an import; names and source maps stay.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const output = join(root, 'dist');
/** The loader has it, and gives it to the engine's scripts. */
const ADDON = 'src/platform/addon.ts';
/** What the public names stand for elsewhere. */
const PUBLIC = [
  'src/entry/node.ts',
  'src/entry/names.ts',
  'src/entry/page-engine.ts',
  'src/errors/index.ts',
  'src/engine/engine.ts',
];

/** Whoever makes one of these, it must be the same class: they are in one file. Their files export nothing that is not public. */
const CLASSES = [
  'src/errors/base.ts',
  'src/errors/classes.ts',
  'src/errors/warning.ts',
  'src/protocol/host-object.ts',
  'src/protocol/wrappers.ts',
];
const ENGINE = 'src/entry/whole-engine.ts';

const namedIn = (file, names) => Object.fromEntries(names.map((name) => [name, file]));

/**
 * What no first script needs, so `engine.cjs` does not hold it but loads it (`rare.cjs`). Such a file is used by functions only, never
 * while another file is run.
 */
const RARE = `
  backend/wasm-files backend/wasm/module
  engine/analysis engine/close engine/deaths engine/scope-record protocol/encode-handles engine/definitions/index engine/definitions/rhai engine/definitions/types
  engine/definitions/typescript engine/execution engine/failures engine/stream engine/task-options engine/tracing
  errors/describe errors/frame errors/stack host/members host/watched
  protocol/exotic protocol/problem protocol/standalone schema/json schema/validate
`
  .trim()
  .split(/\s+/);
const isRare = (id) => RARE.some((name) => id === join(root, `src/${name}.ts`));

/** What is written as a module: its source, and the files that are only named, by their addresses. */
const MODULES = {
  'entry/browser.js': { input: 'src/entry/browser.ts', named: { [ENGINE]: '../chunks/engine.js' } },
  'chunks/engine.js': { input: ENGINE, named: namedIn('../entry/browser.js', CLASSES) },
  'entry/module.js': {
    input: 'src/entry/module.ts',
    named: { ...namedIn('./browser.js', PUBLIC), [ENGINE]: '../chunks/engine.js' },
  },
  'entry/bridge.js': { input: 'src/entry/bridge.ts', named: namedIn('./node.mjs', PUBLIC) },
  'entry/browser-bridge.js': { input: 'src/entry/bridge.ts', named: namedIn('./browser.js', PUBLIC) },
  'entry/module-bridge.js': { input: 'src/entry/bridge.ts', named: namedIn('./module.js', PUBLIC) },
};

/** Leaves the files of `map` to the address it has for them. */
const named = (map) => ({
  name: 'named',
  async resolveId(id, importer) {
    if (importer === undefined) return undefined;
    const found = await this.resolve(id, importer, { skipSelf: true });
    const address = found && map[relative(root, found.id).replaceAll('\\', '/')];
    return address && { id: address, external: true };
  },
});

/** The engine's own file in a page has the WASM backend, too: who loads that one later finds it there. */
const withBackend = {
  name: 'with-backend',
  async resolveId(id, importer, { kind }) {
    if (kind !== 'dynamic-import') return undefined;
    const found = await this.resolve(id, importer, { skipSelf: true });
    if (found?.id !== join(root, 'src/backend/wasm/backend.ts')) return undefined;
    return { id: '../chunks/engine.js', external: true };
  },
};

/** A module whose text is made here. */
const virtual = (id, code) => ({
  name: 'virtual',
  resolveId: (wanted) => (wanted === id ? id : undefined),
  load: (wanted) => (wanted === id ? code : undefined),
});

async function bundled(input, plugins, options) {
  const bundle = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    external: /^node:/,
    tsconfig: false,
    plugins,
    makeAbsoluteExternalsRelative: false,
    preserveEntrySignatures: 'allow-extension',
  });
  const minify = { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } };
  const { output: files } = await bundle.write({ charset: 'ascii', minify, sourcemap: true, ...options });
  await bundle.close();
  const chunks = files.filter(({ type }) => type === 'chunk');
  for (const { fileName, code } of chunks) report(fileName, code);
  return chunks;
}

function report(file, code) {
  console.log(`built ${file} (${Math.ceil(code.length / 1024)} KB)`);
}

/** The end of a CommonJS module that says there what it exports. */
const EXPORTS = /(?:exports\.[\w$]+=[\w$]+,?)+;\s*(?=\n\/\/# source)/;

/**
 * Makes a function of a CommonJS module, a line further down, and of its map. If it can, it returns its exports as a literal: to put them
 * on an object one by one takes V8 ten times as long.
 */
function wrap({ fileName }) {
  const file = join(output, 'entry', fileName);
  const head = '(function(exports,require,__filename,__dirname){"use strict";';
  const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  const literal = (list) =>
    `return{${list.replaceAll('exports.', '').replaceAll('=', ':').replace(';', '')}};`;
  const text = readFileSync(file, 'utf8').replace(EXPORTS, literal);
  writeFileSync(file, `${head}\n${text.replace('\n//# source', '\n})\n//# source')}`);
  writeFileSync(`${file}.map`, JSON.stringify({ ...map, mappings: `;${map.mappings}` }));
}

/** The engine for Node: three scripts, and the module that loads them. */
async function forNode(exports) {
  const options = {
    dir: join(output, 'entry'),
    format: 'cjs',
    esModule: false,
    generatedCode: { symbols: false },
    entryFileNames: '[name].cjs',
    chunkFileNames: ({ name }) => (name === 'rare' ? 'rare.cjs' : 'wasm.cjs'),
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: 'rare', test: isRare }] },
  };
  const scripts = await bundled({ engine: 'src/entry/node.ts' }, [named({ [ADDON]: './addon' })], options);
  scripts.forEach(wrap);
  const code = `import { loaderIn } from ${JSON.stringify(join(root, 'src/entry/load.ts'))};
export const { ${exports.join(', ')} } = loaderIn(import.meta.dirname)('engine.cjs');`;
  const file = join(output, 'entry/node.mjs');
  await bundled('engine', [virtual('engine', code)], { file, format: 'esm', sourcemap: false });
}

rmSync(join(output, 'chunks'), { recursive: true, force: true });
for (const file of readdirSync(join(output, 'entry')))
  // a cache is of one text: V8 compares no more than its length
  if (file.endsWith('.cache')) rmSync(join(output, 'entry', file));
for (const [file, { input, named: map }] of Object.entries(MODULES)) {
  const [{ exports }] = await bundled(input, [named(map), withBackend], {
    file: join(output, file),
    format: 'esm',
  });
  if (file === 'entry/browser.js') await forNode(exports);
}
copyFileSync(join(root, 'scripts/code-cache.mjs'), join(output, 'code-cache.js'));
