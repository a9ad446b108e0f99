// The built package in a real page: from a plain module script, from Vite and from esbuild; with and without cross-origin
// isolation; under a policy that allows WebAssembly and nothing else.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as esbuild } from 'esbuild';
import type { Browser } from 'playwright';
import { build as viteBuild } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wasmIsBuilt } from '../border/wasm-built.js';
import { chromiumPath, launch } from './chromium.js';
import { serve } from './server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const policy = { 'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" };
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** What every page does: both modes, an async host call, an error, and what it finds around itself. */
const program = (from: string, options = '{}'): string => `
import { RhaiEngine } from '${from}';
const out = { isolated: globalThis.crossOriginIsolated, warnings: [] };
try {
  for (const mode of ['inline', 'background']) {
    const options = { mode, onWarning: (w) => out.warnings.push(w.message), ...${options} };
    const engine = await RhaiEngine.create(options);
    engine.registerFunction('ask', async (x) => x * 2);
    out.backend = engine.backend;
    out[mode] = await engine.evalAsync('ask(20) + ask(1)');
    out[mode + 'Sync'] = engine.eval('40 + 2');
    out[mode + 'Error'] = await engine.evalAsync('let x = 1;\\nnope(x)').catch((error) => error.name + error.line);
    await engine.close();
  }
} catch (error) { out.failed = String(error); }
globalThis.result = out;
document.title = 'done';
`;
const page = (script: string): string => `<!doctype html><script type="module" src="${script}"></script>`;
const expected = {
  backend: 'wasm',
  warnings: [],
  inline: 42,
  inlineSync: 42,
  inlineError: 'RhaiRuntimeError2',
  background: 42,
  backgroundSync: 42,
  backgroundError: 'RhaiRuntimeError2',
};

const reason = 'needs npm run build:wasm and Chromium';
describe.skipIf(!wasmIsBuilt || chromiumPath === undefined)(`in a page (${reason})`, () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await launch();
    folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-page-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/rhai-bridge'));
    writeFileSync(join(folder, 'main.js'), program('rhai-bridge'));
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  type Asked = Parameters<typeof serve>[3];
  async function resultOf(
    site: string,
    pages: Record<string, string>,
    headers = {},
    asked?: Asked,
  ): Promise<any> {
    const server = await serve(site, pages, headers, asked);
    const tab = await browser.newPage();
    const complaints: string[] = [];
    tab.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    tab.on('pageerror', (error) => complaints.push(error.message));
    try {
      await tab.goto(`${server.url}/`);
      const isDone = (): boolean => (globalThis as any).document.title === 'done';
      await tab.waitForFunction(isDone, undefined, { timeout: 60_000 }).catch(() => {});
      return { complaints, ...(await tab.evaluate(() => (globalThis as any).result ?? {})) };
    } finally {
      await tab.close();
      server.close();
    }
  }

  const plain = { '/': page('/main.js'), '/main.js': program('/dist/entry/browser.js') };

  it('a plain module script needs no header', { timeout: 90_000 }, async () => {
    const result = await resultOf(root, plain);
    expect(result).toEqual({ complaints: [], isolated: false, ...expected });
  });

  /** A page that counts 20 and 22 together, with `before` before it makes its engine. */
  const adding = (before: string): Record<string, string> => ({
    '/': page('/main.js'),
    '/imported': 'yes',
    '/main.js': `
      import { RhaiEngine } from '/dist/entry/browser.js';
      const out = (globalThis.result = {});
      ${before}
      const engine = await RhaiEngine.create({ mode: 'inline' });
      out.value = await engine.evalAsync('20 + 22');
      document.title = 'done';`,
  });

  it(
    'an import fetches nothing else, and create asks for the engine and the module at once',
    { timeout: 90_000 },
    async () => {
      const parts = ['/dist/chunks/engine.js', '/wasm/pkg/rhai_bridge.wasm'];
      const seen: string[] = [];
      let both = (): void => {};
      const bothAsked = new Promise<void>((resolve) => (both = resolve));
      const result = await resultOf(root, adding(`await fetch('/imported');`), {}, (path) => {
        seen.push(path);
        if (parts.every((part) => seen.includes(part))) both();
        return parts.includes(path) ? bothAsked : undefined;
      });
      expect(result).toEqual({ complaints: [], value: 42 });
      const [known, later] = [seen.slice(0, 4), seen.slice(4)].map((paths) =>
        paths.filter((path) => !path.endsWith('.ico')).sort(),
      );
      expect(known).toEqual(['/', '/dist/entry/browser.js', '/imported', '/main.js']);
      expect(later).toEqual(parts);
    },
  );

  it(
    'a module that is not there is an error of create alone, and the next create may find it',
    { timeout: 90_000 },
    async () => {
      const missing = `out.code = await RhaiEngine.create({ wasmUrl: '/missing.wasm' }).catch((error) => error.code);`;
      const { complaints, ...result } = await resultOf(root, adding(missing));
      expect(result).toEqual({ code: 'RHAI_BACKEND', value: 42 });
      expect(complaints.filter((text: string) => !text.includes('404'))).toEqual([]);
    },
  );

  it('a policy of wasm-unsafe-eval alone is enough', { timeout: 90_000 }, async () => {
    const result = await resultOf(root, plain, policy);
    expect(result).toEqual({ complaints: [], isolated: false, ...expected });
  });

  it('it works with cross-origin isolation too', { timeout: 90_000 }, async () => {
    const result = await resultOf(root, plain, isolation);
    expect(result).toEqual({ complaints: [], isolated: true, ...expected });
  });

  it('Vite finds the module and the worker by itself', { timeout: 180_000 }, async () => {
    const outDir = join(folder, 'vite');
    writeFileSync(join(folder, 'index.html'), page('./main.js'));
    await viteBuild({
      root: folder,
      logLevel: 'error',
      configFile: false,
      build: { outDir, target: 'esnext' },
    });
    const result = await resultOf(outDir, { '/': await readIndex(outDir) }, policy);
    expect(result).toEqual({ complaints: [], isolated: false, ...expected });
  });

  it('esbuild needs the two files beside its bundle, and their names', { timeout: 90_000 }, async () => {
    const outdir = join(folder, 'esbuild');
    const names = `{ wasmUrl: './rhai_bridge.wasm', workerUrl: './worker.js' }`;
    const stdin = { contents: program('rhai-bridge', names), resolveDir: folder };
    await esbuild({
      stdin,
      bundle: true,
      format: 'esm',
      outfile: join(outdir, 'main.js'),
      logLevel: 'error',
    });
    for (const file of ['rhai_bridge.wasm', 'worker.js'])
      copyFileSync(join(root, 'wasm/pkg', file), join(outdir, file));
    const result = await resultOf(outdir, { '/': page('/main.js') }, policy);
    expect(result).toEqual({ complaints: [], isolated: false, ...expected });
  });
});

async function readIndex(folder: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(join(folder, 'index.html'), 'utf8');
}
