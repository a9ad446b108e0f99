// Whether the WebAssembly module is there. `npm test` and CI build it; while developing, its tests may be skipped by name.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../../wasm/pkg/rhai_bridge.wasm', import.meta.url));

export const wasmIsBuilt = existsSync(file);

const isRequired =
  process.env['RHAI_BRIDGE_PAGES'] !== undefined || process.env['RHAI_BRIDGE_WASM'] === 'required';
if (!wasmIsBuilt && isRequired) throw new Error(`${file} is not built: npm run build:wasm`);
