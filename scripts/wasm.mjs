/**
 * npm run build:wasm: makes wasm/pkg/rhai_bridge.wasm and wasm/pkg/worker.js. Nothing is done that was done before: a stamp beside the
 * module says what it was made from.
 *   --for-tests   without wasm-pack where it is not installed: installing it takes longer than all the rest
 *   --fresh       also when nothing has changed
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildModule, sizesOf } from './wasm/module.mjs';
import { out, stampOf } from './wasm/stamp.mjs';
import { buildWorker } from './wasm/worker.mjs';

const has = (flag) => process.argv.includes(flag);
const stampFile = join(out, 'stamp');

function isFresh(stamp) {
  try {
    return readFileSync(stampFile, 'utf8') === stamp && sizesOf() !== undefined;
  } catch {
    return false;
  }
}

await buildWorker();
const stamp = stampOf();
if (has('--fresh') || !isFresh(stamp)) {
  await buildModule({ forTests: has('--for-tests') });
  writeFileSync(stampFile, stamp);
}
const { bytes, brotli } = sizesOf();
const kib = (size) => `${(size / 1024).toFixed(0)} KiB`;
console.log(`wasm/pkg/rhai_bridge.wasm: ${kib(bytes)}, ${kib(brotli)} with brotli`);
