// The package loaded twice, by two ways, from two folders, with flags, and where its addon does not fit.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { copyPackage } from './copy.js';
import { lines, well } from './program.js';

const addon = createRequire(import.meta.url).resolve('../../build/Release/rhai_bridge.node');
const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];

it('two copies of the package in one process are two packages that both work (101)', async () => {
  const copy = copyPackage();
  try {
    const ended = await lines(
      `import { createRequire } from 'node:module';
      const require = createRequire(${JSON.stringify(copy.folder + '/')});
      const other = await import(require.resolve('rhai-bridge'));
      console.log(other.RhaiEngine !== RhaiEngine);
      const own = RhaiEngine.createSync(), theirs = other.RhaiEngine.createSync();
      own.registerFunction('f', async (x) => theirs.evalAsync('g(' + x + ')'));
      theirs.registerFunction('g', async (x) => x + 1);
      const sums = await Promise.all(Array.from({ length: 200 }, (_, i) => own.evalAsync('f(' + i + ')')));
      console.log(sums.every((sum, i) => sum === i + 1));
      const error = await theirs.evalAsync('throw 1').catch((e) => e);
      console.log(error instanceof other.RhaiError, error instanceof rb.RhaiError);
      theirs.dispose();
      console.log(own.eval('40 + 2'));`,
      { node: ['--no-warnings'] },
    );
    expect(ended).toMatchObject(well('true\ntrue\ntrue false\n42'));
  } finally {
    copy.remove();
  }
});

it('the addon loads again after its entry of require.cache was deleted, and both keep working (102)', async () => {
  const ended = await lines(
    `import { createRequire } from 'node:module';
    const require = createRequire(process.cwd() + '/');
    const path = ${JSON.stringify(addon)};
    const first = require(path);
    delete require.cache[path];
    const second = require(path);
    console.log(first.protocolVersion === second.protocolVersion);
    const core = ({ Core }) => {
      const buffer = new ArrayBuffer(1024 + 2 * 65536);
      new Int32Array(buffer)[144] = first.protocolVersion;
      return new Core(buffer, 65536, 65536, 1, () => {});
    };
    for (const one of [core(first), core(second)]) { one.wake(); console.log(one.step(10) <= 2); one.close(); }
    console.log(RhaiEngine.createSync().eval('40 + 2'));`,
  );
  expect(ended).toMatchObject(well('true\ntrue\ntrue\n42'));
});

it('ESM, ESM again under another URL, and require all work side by side (102)', async () => {
  const ended = await lines(
    `import { createRequire } from 'node:module';
    const require = createRequire(process.cwd() + '/');
    const again = await import(import.meta.resolve('rhai-bridge') + '?again');
    const required = require('rhai-bridge');
    console.log(required.RhaiEngine === RhaiEngine);
    for (const { RhaiEngine } of [rb, again, required]) {
      const engine = RhaiEngine.createSync().registerFunction('f', async (x) => x * 2);
      console.log(await engine.evalAsync('f(20) + 2'));
      engine.dispose();
    }`,
    { node: ['--no-warnings'] },
  );
  expect(ended).toMatchObject(well('true\n42\n42\n42'));
});

it('runs inside a vm context of the same process (102)', async () => {
  const ended = await lines(
    `import vm from 'node:vm';
    const engine = makeEngine();
    const context = vm.createContext({ engine, console });
    await vm.runInContext("engine.registerFunction('other', async (list) => ({ n: [list.length], m: new Map([['a', 1]]) }))" +
      ".evalAsync('other([1, 2]).m.a + other([3]).n[0]').then(console.log)", context);`,
  );
  expect(ended).toMatchObject(well('2'));
});

/** An ELF file says at byte 18 which processor it is for. */
function otherMachine(elf: Buffer): Buffer {
  elf[18] = elf[18]! ^ 0xff;
  return elf;
}

it.each([
  ['is empty', (file: string) => writeFileSync(file, '')],
  ['is a text file', (file: string) => writeFileSync(file, 'not an addon')],
  ['is of another processor', (file: string) => writeFileSync(file, otherMachine(readFileSync(file)))],
])('an addon that %s is a clear error that names the platform and the way out (114)', async (_, spoil) => {
  const copy = copyPackage();
  try {
    copy.addons.forEach(spoil);
    const ended = await lines(
      `import { createRequire } from 'node:module';
      const other = await import(createRequire(${JSON.stringify(copy.folder + '/')}).resolve('rhai-bridge'));
      try { other.RhaiEngine.createSync({ backend: 'native' }); } catch (error) {
        console.log(error instanceof other.RhaiError, error.code, error.message.includes(process.platform + '-' + process.arch), /wasm/i.test(error.message));
      }`,
    );
    expect(ended).toMatchObject(well('true RHAI_BACKEND true true'));
  } finally {
    copy.remove();
  }
});

const WORK = `const engine = makeEngine();
  const sums = await Promise.all([engine.evalAsync('let s = 0; for i in 0..100 { s += soon(i); } s'), engine.evalAsync('let s = 0; for i in 0..300000 { s += i; } s')]);
  console.log(sums.join(), engine.eval('#{ a: [1, "two", 3.5] }').a.length);
  engine.dispose();`;
const flags: [string, string[]][] = [
  ['no flags', []],
  ['--jitless', ['--jitless', '--no-warnings']],
  ['--max-old-space-size=64', ['--max-old-space-size=64']],
  ['--frozen-intrinsics', ['--frozen-intrinsics', '--no-warnings']],
  ['--disable-proto=throw', ['--disable-proto=throw']],
  ['--disable-proto=delete', ['--disable-proto=delete']],
  ['--disallow-code-generation-from-strings', ['--disallow-code-generation-from-strings']],
  ['--unhandled-rejections=strict', ['--unhandled-rejections=strict']],
  ['--inspect', ['--inspect=127.0.0.1:0']],
  ['--cpu-prof', ['--cpu-prof', '--cpu-prof-dir=/tmp']],
];
it.each(flags)('works under %s (112)', async (_, node) => {
  const ended = await lines(WORK, { node });
  expect(ended).toMatchObject({ code: 0, signal: null, stdout: '4950,44999850000 3' });
});

it.runIf(major > 20 || (major === 20 && minor >= 19))(
  'under the permission model it works with --allow-addons and says so without',
  async () => {
    const permission = major >= 24 ? '--permission' : '--experimental-permission';
    const node = [permission, '--allow-fs-read=*', '--allow-worker', '--no-warnings'];
    expect(
      await lines(WORK.replace('makeEngine()', `makeEngine()`), { node: [...node, '--allow-addons'] }),
    ).toMatchObject({ code: 0, stdout: '4950,44999850000 3' });
    const refused = await lines(
      `try { RhaiEngine.createSync({ backend: 'native' }); } catch (error) { console.log(error.code, /addons/.test(error.message)); }`,
      { node },
    );
    expect(refused).toMatchObject({ code: 0, stdout: 'RHAI_BACKEND true' });
  },
);

it('a heap snapshot and a CPU profile are taken in the middle of live runs (115)', async () => {
  const ended = await lines(
    `import { Session } from 'node:inspector/promises';
    const engine = makeEngine();
    for (const mode of Object.values(MODES)) mode(engine);
    const session = new Session();
    session.connect();
    let chunks = 0;
    session.on('HeapProfiler.addHeapSnapshotChunk', () => chunks++);
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await session.post('HeapProfiler.takeHeapSnapshot');
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    console.log(chunks > 0, profile.nodes.length > 0, await engine.evalAsync('soon(42)'));
    engine.dispose();`,
  );
  expect(ended).toMatchObject({ code: 0, signal: null, stdout: 'true true 42' });
});

it('an addon that is none of ours is a clear error when an engine is made, not when the package is imported (114)', async () => {
  const modules = new URL('../../node_modules/@rolldown/', import.meta.url);
  const binding = readdirSync(modules, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('.node'),
  )!;
  const ended = await lines(
    `console.log(rb.RhaiEngine.name);
    try { rb.RhaiEngine.createSync({ backend: 'native' }); } catch (error) { console.log(error.code, error.message.split('.')[0]); }
    const engine = await rb.RhaiEngine.create({ onWarning: (warning) => console.log(warning.code) });
    console.log(engine.backend, await engine.evalAsync('40 + 2'));
    engine.dispose();`,
    { env: { RHAI_BRIDGE_ADDON: fileURLToPath(new URL(binding, modules)) } },
  );
  expect(ended).toMatchObject(
    well(
      'RhaiEngine\nRHAI_BACKEND The native addon speaks protocol undefined, this package 1\nRHAI_BACKEND_FALLBACK\nwasm 42',
    ),
  );
});
