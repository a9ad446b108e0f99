// How dist/entry/node.mjs loads the engine: what a first script needs, with a code cache, without one, with a bad one, in another realm.
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 });
const root = resolve(import.meta.dirname, '../..');
let folder = '';

/** A copy of the built package, so that its caches can be spoilt. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-loading-'));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['build', 'wasm', 'package.json']) symlinkSync(join(root, name), join(folder, name));
  forget();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const entry = () => join(folder, 'dist/entry');
const caches = () => readdirSync(entry()).filter((name) => name.endsWith('.cache'));
const forget = () => caches().forEach((name) => rmSync(join(entry(), name)));

function node(args: readonly string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    input,
    encoding: 'utf8',
    cwd: folder,
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.trim();
}

/** Says which scripts were loaded by the end of a first script, and whether V8 took, refused or missed their caches. */
const FIRST = `
  import vm from 'node:vm';
  const { Script } = vm;
  const loaded = [];
  vm.Script = class extends Script {
    constructor(text, options) {
      super(text, options);
      const state = options.cachedData === undefined ? 'none' : this.cachedDataRejected ? 'refused' : 'taken';
      loaded.push(options.filename.split('/').at(-1) + ' ' + state);
    }
  };
  const { RhaiEngine } = await import('./dist/entry/node.mjs');
  const engine = await RhaiEngine.create();
  engine.registerFunction('twice', async (x) => x * 2);
  const result = await engine.evalAsync('twice(21)');
  console.log(result, loaded.join(', '));
  engine.dispose();`;
const first = (...flags: string[]) => node([...flags, '--input-type=module', '-'], FIRST);

describe('loading', () => {
  it('a first script needs one script of the engine, and works without a code cache', () => {
    expect(first()).toBe('42 engine.cjs none');
  });

  it('a code cache is taken by the Node that made it, and refused under other flags', () => {
    node(['dist/code-cache.js']);
    expect(caches()).toContain(`engine.cjs.${process.version}-${process.arch}.cache`);
    expect(first()).toBe('42 engine.cjs taken');
    expect(first('--no-opt')).toBe('42 engine.cjs refused');
    forget();
  });

  it.each([0, 10, 100_000])('a cache of %i senseless bytes is refused', (length) => {
    const file = join(entry(), `engine.cjs.${process.version}-${process.arch}.cache`);
    writeFileSync(file, Buffer.alloc(length, 0xa5));
    expect(first()).toBe('42 engine.cjs refused');
    forget();
  });

  it('what is rare is loaded when it is needed, and its errors are the same classes', () => {
    const program = `
      import { RhaiEngine, RhaiSyntaxError } from './dist/entry/node.mjs';
      const engine = await RhaiEngine.create();
      const error = await engine.evalAsync('let').catch((thrown) => thrown);
      console.log(error instanceof RhaiSyntaxError, engine.definitions().dts.length > 0);
      const values = [];
      for await (const value of engine.evalStream('emit(1); emit(2);')) values.push(value);
      console.log(values.join());
      engine.dispose();`;
    expect(node(['--input-type=module', '-'], program)).toBe('true true\n1,2');
  });

  it('a module in another realm gets an engine of its own realm', () => {
    const program = `
      import vm from 'node:vm';
      import { readFileSync } from 'node:fs';
      const context = vm.createContext({ process, performance, setTimeout, clearTimeout, setImmediate, TextDecoder, TextEncoder, console });
      const module = new vm.SourceTextModule(readFileSync('dist/entry/node.mjs', 'utf8'), {
        context,
        initializeImportMeta: (meta) => { meta.dirname = process.cwd() + '/dist/entry'; },
      });
      await module.link(() => undefined);
      await module.evaluate();
      const { RhaiEngine, RhaiError } = module.namespace;
      const engine = await RhaiEngine.create();
      const list = await engine.evalAsync('[1, 2]');
      console.log(vm.runInContext('Error', context).prototype.isPrototypeOf(RhaiError.prototype), Error.prototype.isPrototypeOf(RhaiError.prototype));
      console.log(list.length, list instanceof vm.runInContext('Array', context));
      engine.dispose();`;
    expect(node(['--no-warnings', '--experimental-vm-modules', '--input-type=module', '-'], program)).toBe(
      'true false\n2 true',
    );
  });
});
