// What `npm pack` gives, installed into an empty project, works for everybody who may use it, without a compiler or a script.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pack, Project, root, type Packed } from './project.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const MIB = 2 ** 20;
const bin = (name: string) => join(root, 'node_modules/.bin', name);

/** `npm run build:wasm` was run, as before every publishing and in CI. */
const hasWasm = existsSync(join(root, 'wasm/pkg/worker.js'));

let folder = '';
let packed: Packed;
let project: Project;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-pack-'));
  packed = pack(folder);
  project = new Project(packed.file);
});
afterAll(() => {
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('the tarball', () => {
  it('holds the addon of this platform, types, licences and documents, and is small', () => {
    const wanted = [
      `prebuilds/${process.platform}-${process.arch}/rhai_bridge.node`,
      ...['README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'package.json'],
    ];
    expect(packed.paths).toEqual(expect.arrayContaining(wanted));
    expect(packed.bytes).toBeLessThan(8 * MIB);
  });

  it('holds what its documents link to', () => {
    const read = (path: string) => project.read(`node_modules/rhai-bridge/${path}`);
    const documents = packed.paths.filter((path) => path.endsWith('.md'));
    const missing = documents.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, target]) => join(dirname(path), target!))
        .filter((target) => !packed.paths.includes(target)),
    );
    expect(documents).toEqual(expect.arrayContaining(['docs/machine.md', 'docs/embedding.md']));
    expect(missing).toEqual([]);
  });

  it('holds the licences of everything that is compiled into it', () => {
    const notices = project.read('node_modules/rhai-bridge/THIRD-PARTY-NOTICES.txt');
    const lock = readFileSync(join(root, 'native/Cargo.lock'), 'utf8');
    const version = (name: string) => new RegExp(`name = "${name}"\nversion = "([^"]+)"`).exec(lock)?.[1];
    for (const name of ['rhai', 'smartstring', 'ahash', 'smallvec', 'thin-vec'])
      expect(notices).toContain(`${name} ${version(name)}`);
    expect(notices).toContain('node-addon-api');
    expect(notices).toContain('Mozilla Public License');
  });

  it('holds no sources to compile, no tests, no build folder', () => {
    expect(
      packed.paths.filter((path) => /binding\.gyp|CMakeLists|^(native|src|test|build|scripts)\//.test(path)),
    ).toEqual([]);
  });

  it('has every file that package.json exports', () => {
    const { exports: exported } = JSON.parse(project.read('node_modules/rhai-bridge/package.json'));
    const files = JSON.stringify(exported)
      .match(/"\.\/[^"]+\.[a-z]+"/g)!
      .map((text) => text.slice(3, -1));
    const targets = files.filter((file) => file.includes('/') || file === 'package.json');
    expect(targets.length).toBeGreaterThan(2);
    expect(packed.paths).toEqual(expect.arrayContaining(targets));
  });

  it('runs nothing at install', () => {
    const { scripts, gypfile } = JSON.parse(project.read('node_modules/rhai-bridge/package.json'));
    const atInstall = [
      'preinstall',
      'install',
      'postinstall',
      'prepublish',
      'preprepare',
      'prepare',
      'postprepare',
    ];
    expect(Object.keys(scripts).filter((name) => atInstall.includes(name))).toEqual([]);
    expect(gypfile).toBe(false);
  });

  it('has types that resolve for every kind of TypeScript project (attw)', () => {
    // A CommonJS project gets the ES module, by require() itself: from Node 20.19 on that is what engines asks for.
    const args = [packed.file, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--no-color'];
    const table = project.run(bin('attw'), args); // a problem is an exit code, and so an exception
    expect(table).toContain('🟢');
  });

  it('has nothing that publint complains about', () => {
    expect(project.run(bin('publint'), [packed.file, '--strict'])).toContain('All good!');
  });
});

describe('in an empty project', () => {
  const esm = `import * as rb from 'rhai-bridge';\nimport { smoke } from './smoke.mjs';\nconsole.log(await smoke(rb));`;

  it('works by import', () => {
    project.write('main.mjs', esm);
    expect(project.node('main.mjs')).toBe('ok');
  });

  it.runIf(hasWasm)('works on the WASM backend too (needs npm run build:wasm)', () => {
    project.write('wasm.mjs', esm.replace('smoke(rb)', "smoke(rb, { backend: 'wasm' })"));
    expect(project.node('wasm.mjs')).toBe('ok');
  });

  it('makes its code caches where it is asked to, and works with them', () => {
    expect(packed.paths.filter((path) => path.endsWith('.cache'))).toEqual([]);
    const made = project.node('node_modules/rhai-bridge/dist/code-cache.js');
    expect(made).toContain(`engine.cjs.${process.version}-${process.arch}.cache`);
    project.write('main.mjs', esm);
    expect(project.node('main.mjs')).toBe('ok');
  });

  it('works by require', () => {
    project.write(
      'main.cjs',
      `const rb = require('rhai-bridge');\nimport('./smoke.mjs').then(({ smoke }) => smoke(rb)).then(console.log);`,
    );
    expect(project.node('main.cjs')).toBe('ok');
  });

  it.each([
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ])('works in a bundle (esbuild, %s)', (format, extension) => {
    project.write(
      'entry.mjs',
      `import * as rb from 'rhai-bridge';\nimport { smoke } from './smoke.mjs';\nsmoke(rb).then(console.log);`,
    );
    const args = ['entry.mjs', '--bundle', '--minify', '--platform=node', `--format=${format}`];
    project.run(bin('esbuild'), [...args, `--outfile=out/bundle.${extension}`, '--log-level=error']);
    expect(project.node(`out/bundle.${extension}`)).toBe('ok');
  });

  it('works in a worker thread, bundled or not', () => {
    project.write(
      'worker.mjs',
      `import { parentPort } from 'node:worker_threads';\nimport * as rb from 'rhai-bridge';\n` +
        `import { smoke } from './smoke.mjs';\nparentPort.postMessage(await smoke(rb));`,
    );
    const start = (file: string) =>
      `import { Worker } from 'node:worker_threads';\n` +
      `new Worker(new URL('./${file}', import.meta.url)).on('message', console.log);`;
    project.write('starts.mjs', start('worker.mjs'));
    project.write('starts-bundle.mjs', start('out/bundled-worker.mjs'));
    const args = [
      'worker.mjs',
      '--bundle',
      '--platform=node',
      '--format=esm',
      '--outfile=out/bundled-worker.mjs',
    ];
    project.run(bin('esbuild'), [...args, '--log-level=error']);
    expect(project.node('starts.mjs')).toBe('ok');
    expect(project.node('starts-bundle.mjs')).toBe('ok');
  });
});
