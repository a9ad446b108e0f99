// Bundles every entry point of src/entry into one file of dist/entry, with what entries share in dist/chunks (the error
// classes must be the same ones everywhere). Minified, because parsing is half of an import; names and source maps stay.
import { readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const entries = readdirSync(join(root, 'src/entry')).filter((file) => file.endsWith('.ts'));
const output = join(root, 'dist');

rmSync(join(output, 'chunks'), { recursive: true, force: true });
const bundle = await rolldown({
  cwd: root,
  input: Object.fromEntries(
    entries.map((file) => [`entry/${file.replace(/\.ts$/, '')}`, `src/entry/${file}`]),
  ),
  platform: 'node',
  external: /^node:/,
  tsconfig: false,
});
const written = await bundle.write({
  dir: output,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
  sourcemap: true,
  minify: {
    compress: true,
    mangle: { keepNames: true },
    codegen: { removeWhitespace: true },
  },
});
await bundle.close();
for (const { type, fileName, code } of written.output)
  if (type === 'chunk') console.log(`built dist/${fileName} (${Math.ceil(code.length / 1024)} KB)`);
