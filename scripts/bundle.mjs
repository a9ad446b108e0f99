// Bundles every entry point of src/entry into one file of dist/entry, and the WASM backend, which only its users load, into
// dist/chunks. What two of them need is in `node.js` alone, and the others import it from there: the error classes must be
// the same ones everywhere, and a second file costs an import 0.4 ms. Minified and ASCII, because parsing is most of an
// import; names and source maps stay.
import { rmSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const output = join(root, 'dist');
const WASM = 'src/backend/wasm/backend.ts';
/** What the public names of `node.js` stand for elsewhere. */
const SHARED = ['src/entry/node.ts', 'src/errors/index.ts', 'src/engine/engine.ts'];

/** Files that are only named; by the file that is written. */
const outside = {
  'entry/node.js': { [WASM]: '../chunks/wasm.js' },
  'entry/browser.js': Object.fromEntries(SHARED.map((file) => [file, './node.js'])),
  'entry/bridge.js': Object.fromEntries(SHARED.map((file) => [file, './node.js'])),
  'chunks/wasm.js': Object.fromEntries(SHARED.map((file) => [file, '../entry/node.js'])),
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

rmSync(join(output, 'chunks'), { recursive: true, force: true });
for (const [file, map] of Object.entries(outside)) {
  const bundle = await rolldown({
    cwd: root,
    input: file === 'chunks/wasm.js' ? WASM : `src/entry/${basename(file, '.js')}.ts`,
    platform: 'node',
    external: /^node:/,
    tsconfig: false,
    plugins: [named(map)],
    makeAbsoluteExternalsRelative: false,
  });
  const written = await bundle.write({
    file: join(output, file),
    format: 'esm',
    sourcemap: true,
    charset: 'ascii',
    minify: { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
  console.log(`built dist/${file} (${Math.ceil(written.output[0].code.length / 1024)} KB)`);
}
