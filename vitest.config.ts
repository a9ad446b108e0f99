// One suite over every backend, in Node and in Chromium; the time-outs only stop a hung test, no test waits for them.
// `--project node` and `--project chromium` pick a side; Chromium's runs under `npm test` where one is installed, and where
// RHAI_BRIDGE_PAGES asks for it.
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { CHROMIUM_FLAGS, chromiumPath } from './test/page/chromium.js';

const patience = { testTimeout: 20_000, hookTimeout: 20_000 };

const node: TestProjectConfiguration = {
  test: {
    ...patience,
    name: 'node',
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
  },
};

/** A headless browser that asks nobody for anything; the page is served without any special header. */
const chromium = (executablePath: string): TestProjectConfiguration => ({
  publicDir: false,
  resolve: {
    alias: ['util', 'vm', 'stream', 'async_hooks'].map((name) => ({
      find: `node:${name}`,
      replacement: fileURLToPath(new URL(`test/page/stand-ins/${name}.ts`, import.meta.url)),
    })),
  },
  test: {
    ...patience,
    name: 'chromium',
    // After Node's side: a browser beside it would make both slow.
    sequence: { groupOrder: 1 },
    include: ['test/conformance/*.test.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath,
          args: CHROMIUM_FLAGS,
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});

// Both sides need the WASM module, which `npm test` and `npm run test:wasm` build before.
const isRequired = process.env['RHAI_BRIDGE_PAGES'] !== undefined;
const isWanted = isRequired || process.env['RHAI_BRIDGE_WASM'] === 'required';
if (isWanted && chromiumPath === undefined) {
  const text =
    'There is no Chromium here (RHAI_BRIDGE_CHROMIUM names one): its side of the conformance suite is left out.';
  if (isRequired) throw new Error(text);
  console.warn(text);
}

export default defineConfig({
  test: { projects: isWanted && chromiumPath !== undefined ? [node, chromium(chromiumPath)] : [node] },
});
