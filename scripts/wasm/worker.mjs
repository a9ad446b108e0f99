/** Bundles what runs in a worker into one file that Node and browsers load as a module. */
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { out, root } from './stamp.mjs';

export async function buildWorker() {
  const bundle = await rolldown({
    cwd: root,
    input: 'src/backend/wasm/worker.ts',
    platform: 'neutral',
    tsconfig: false,
  });
  await bundle.write({
    file: join(out, 'worker.js'),
    format: 'esm',
    minify: { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
}
