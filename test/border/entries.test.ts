// The entries beside Node's own, in Node: the browser's, which has its engine after the first `create`, and the one for bundles, which has
// it at once. They are the built files, for how these are parted is what matters.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wasmIsBuilt } from './wasm-built.js';

const entry = resolve(import.meta.dirname, '../../dist/entry');

/** What a module script prints, which finds an entry's names in `rb`. */
function printed(file: string, script: string): unknown {
  const code = `import * as rb from ${JSON.stringify(join(entry, file))};\n${script}`;
  const args = ['--input-type=module', '-e', code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const names = (file: string): unknown => printed(file, 'console.log(JSON.stringify(Object.keys(rb)));');

describe('the entries', () => {
  it.runIf(wasmIsBuilt)(
    'in a page there is one class, before and after its engine is there (needs npm run build:wasm)',
    () => {
      const script = `
      const { RhaiEngine } = rb;
      const before = Object.getOwnPropertyNames(RhaiEngine.prototype);
      const engine = await RhaiEngine.create({ backend: 'wasm', mode: 'inline' });
      const again = await RhaiEngine.create({ backend: 'wasm', mode: 'inline' });
      const error = await engine.evalAsync('1 +').catch((caught) => caught);
      console.log(JSON.stringify({
        before,
        name: RhaiEngine.name,
        isOne: [engine, again].every((one) => one instanceof RhaiEngine && one.constructor === RhaiEngine),
        isOurs: error instanceof rb.RhaiSyntaxError,
        members: ['eval', 'evalAsync', 'dispose', Symbol.dispose].every((name) => Object.hasOwn(RhaiEngine.prototype, name)),
        values: [engine.eval('20 + 22'), await again.evalAsync('20 + 22')],
      }));
      engine.dispose();
      again.dispose();`;
      expect(printed('browser.js', script)).toEqual({
        before: ['constructor'],
        name: 'RhaiEngine',
        isOne: true,
        isOurs: true,
        members: true,
        values: [42, 42],
      });
    },
  );

  it('who wants an engine at once from the browser entry, or by new, is told the way', () => {
    const script = `
      const told = (work) => { try { work(); } catch (error) { return [error.name, error.message]; } };
      console.log(JSON.stringify([told(() => rb.RhaiEngine.createSync()), told(() => new rb.RhaiEngine())]));`;
    const way = expect.stringContaining('await RhaiEngine.create()');
    expect(printed('browser.js', script)).toEqual([
      ['RhaiError', way],
      ['TypeError', way],
    ]);
  });

  it('wrong options are refused as by Node’s entry', () => {
    const script = `
      const told = (options) => rb.RhaiEngine.create(options).catch((error) => [error.name, error.message]);
      console.log(JSON.stringify(await Promise.all([5, { wasmUrl: 5 }, { modee: 1 }].map(told))));`;
    expect(printed('browser.js', script)).toEqual(printed('node.mjs', script));
  });

  it('a bundle has the engine at once, and its class is the browser’s', () => {
    const script = `
      const browser = await import(${JSON.stringify(join(entry, 'browser.js'))});
      const engine = rb.RhaiEngine.createSync();
      console.log(JSON.stringify([rb.RhaiEngine === browser.RhaiEngine, engine instanceof rb.RhaiEngine, engine.eval('20 + 22')]));
      engine.dispose();`;
    expect(printed('module.js', script)).toEqual([true, true, 42]);
  });

  it.each(['bridge.js', 'module-bridge.js'])('%s makes an engine of its own', (file) => {
    const script = `
      const bridge = rb.createBridge();
      const id = bridge.startEval('20 + 22');
      bridge.pollRequest();
      console.log(JSON.stringify(bridge.pollEval(id)));
      bridge.dispose();`;
    expect(printed(file, script)).toEqual({ status: 1, value: 42 });
  });

  it.runIf(wasmIsBuilt)('a bridge in a page takes an engine (needs npm run build:wasm)', () => {
    const script = `
      const { RhaiEngine } = await import(${JSON.stringify(join(entry, 'browser.js'))});
      const engine = await RhaiEngine.create({ backend: 'wasm', mode: 'inline' });
      const bridge = rb.createBridge({ engine });
      const id = bridge.startEval('20 + 22');
      bridge.pollRequest();
      console.log(JSON.stringify(bridge.pollEval(id)));
      engine.dispose();`;
    expect(printed('browser-bridge.js', script)).toEqual({ status: 1, value: 42 });
  });

  it('all of them have the same names, and no others', () => {
    const known = names('node.mjs');
    expect(known).toContain('RhaiEngine');
    expect((known as string[]).filter((name) => name.length < 5)).toEqual([]);
    for (const file of ['module.js', 'browser.js']) expect(names(file), file).toEqual(known);
  });

  it('a page begins with less than a fifth of the JavaScript', () => {
    const bytes = (file: string): number => statSync(join(entry, file)).size;
    expect(bytes('browser.js')).toBeLessThan(bytes('../chunks/engine.js') / 5);
  });
});
