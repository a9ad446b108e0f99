// definitions(): what is registered, as a .d.ts that the TypeScript compiler takes and a .d.rhai in rhai's own form.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import ts from 'typescript';
import { z } from 'zod';
import { RhaiEngine } from '../../src/entry/node.js';

/** As much of a standard library as the definitions need: the real one takes seconds to check. */
const LIB = `
interface Array<T> { length: number; [index: number]: T } interface ReadonlyArray<T> { readonly [index: number]: T }
interface Boolean {} interface CallableFunction {} interface Function {} interface IArguments {} interface Number {}
interface NewableFunction {} interface Object {} interface RegExp {} interface String {} interface Promise<T> {}
interface Uint8Array {} type Record<K extends string, V> = { [P in K]: V };`;

/** What the TypeScript compiler has against the definitions and files that use them, by file. */
function complaints(dts: string, uses: Record<string, string> = {}): [file: string, text: string][] {
  const dir = mkdtempSync(join(tmpdir(), 'rhai-bridge-definitions-'));
  const files: Record<string, string> = { 'lib.d.ts': LIB, 'host.d.ts': dts };
  for (const [name, use] of Object.entries(uses))
    files[`${name}.ts`] = `import type { HostFunctions, HostModules } from './host';\n${use}`;
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const options: ts.CompilerOptions = { strict: true, noEmit: true, noLib: true, types: [] };
  const program = ts.createProgram(
    Object.keys(files).map((name) => join(dir, name)),
    options,
  );
  const found = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }): [string, string] => [
      basename(file?.fileName ?? ''),
      ts.flattenDiagnosticMessageText(messageText, ' '),
    ]);
  rmSync(dir, { recursive: true });
  return found;
}

function everything(): RhaiEngine {
  return RhaiEngine.createSync()
    .registerFunction('http_get', () => 1, {
      doc: 'Gets a page.\nMay take a while; */ is harmless.',
      params: { url: 'string', class: '{ retries?: number; tags: string[] }' },
      returns: 'map',
    })
    .registerFunction('free', () => 1)
    .registerFunction('delete', () => 1, { arity: 2 })
    .registerFunction('db::users::find', () => ({ name: 'x', tags: [], role: 'admin' as const }), {
      doc: 'One user.',
      params: [['id', z.number().int()]],
      returns: z.object({
        name: z.string(),
        nick: z.string().optional(),
        tags: z.array(z.union([z.string(), z.null()])),
        role: z.enum(['admin', 'guest']),
      }),
    })
    .registerModule(
      'geo',
      { area: (w: number, h: number) => w * h, PI: 3.14, NAME: 'geo', LIMITS: { a: 1 } },
      { doc: 'Geometry.', functions: { area: { params: { w: 'float', h: 'float' }, returns: 'float' } } },
    )
    .registerModule('lib/odd name', { one: () => 1 });
}

describe('definitions', () => {
  it('the TypeScript compiler takes them, and knows the types', () => {
    const { dts } = everything().definitions();
    const use = `
      declare const fns: HostFunctions;
      declare const modules: HostModules;
      const map: Record<string, unknown> = fns.http_get('u', { tags: ['a'] });
      const user = fns['db::users::find'](1);
      const role: 'admin' | 'guest' = user.role;
      const nick: string | undefined = user.nick;
      const tag: string | null | undefined = user.tags[0];
      const area: number = modules.geo.area(1, modules.geo.PI);
      const name: 'geo' = modules.geo.NAME;
      fns.free(1, 'x'); fns.delete(1, 2); fns.sleep(1); fns.emit({});
      modules['lib/odd name'].one();
      export { map, role, nick, tag, area, name };`;
    const wrong = `declare const fns: HostFunctions; fns.http_get(5, { tags: [] });`;
    const worse = `declare const m: HostModules; m.geo.area('x', 1);`;
    const found = complaints(dts, { use, wrong, worse });
    expect(found.map(([file]) => file)).toEqual(['worse.ts', 'wrong.ts']);
  });

  it('text that is no type becomes unknown, never a broken file', () => {
    const engine = RhaiEngine.createSync();
    const types = ['}', 'a; b', 'string // x', '*/', '(', 'x\ny', '{ a: string', '"unclosed'];
    types.forEach((type, index) => engine.registerFunction(`f${index}`, () => 1, { params: { a: type } }));
    const { dts } = engine.definitions();
    expect(complaints(dts)).toEqual([]);
  });

  it("the .d.rhai has rhai's own form", () => {
    const { rhai } = everything().definitions();
    expect(rhai).toBe(`module static;

/// Waits for a number of seconds; nothing else waits meanwhile.
fn sleep(seconds: float) -> ();

/// Gives a value to whoever reads the script with evalStream(), and waits while nobody does.
fn emit(value: ?) -> ();

/// Gets a page.
/// May take a while; */ is harmless.
fn http_get(url: String, class: Map) -> Map;

/// (any number of arguments)
fn free() -> ?;

fn delete(arg1: ?, arg2: ?) -> ?;

module db {
  module users {
    /// One user.
    fn find(id: int) -> Map;
  }
}

/// Geometry.
module geo {
  const PI: float;

  const NAME: String;

  const LIMITS: Map;

  fn area(w: float, h: float) -> float;
}
`);
  });

  it('its signatures are signatures for the parser too', () => {
    const engine = everything();
    const { rhai } = engine.definitions();
    const functions = [...rhai.matchAll(/^\s*fn (\w+)\(([^)]*)\)/gm)].map(([, name, params]) => {
      const names = params!.split(', ').map((param) => param.split(':')[0]);
      return `fn ${name}(${names.join(', ')}) {}`;
    });
    expect(functions.length).toBe(7);
    expect(engine.analyze(functions.join('\n')).syntaxErrors).toEqual([]);
  });

  it('what is unregistered is gone from them', () => {
    const engine = everything();
    engine.unregisterFunction('http_get');
    expect(engine.unregisterModule('geo')).toBe(true);
    expect(engine.unregisterModule('geo')).toBe(false);
    const { dts, rhai } = engine.definitions();
    expect(dts + rhai).not.toMatch(/http_get|geo/);
  });
});
