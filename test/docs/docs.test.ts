// The guides and docstrings tell the truth: their examples compile against the published types and print what they say; their links lead somewhere.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { transformSync } from 'esbuild';
import { describe, expect, it, vi } from 'vitest';
import { folder, root, writeExamples } from './examples.js';

vi.setConfig({ testTimeout: 120_000 });
const run = promisify(execFile);
const examples = writeExamples();

it('there are examples in every guide that shows code', () => {
  expect(examples.length).toBeGreaterThan(15);
});

it('every method of an engine, and every class and function that users make or catch, has an example', () => {
  const engine = readFileSync(join(root, 'src/engine/engine.ts'), 'utf8');
  const documented = [...engine.matchAll(/^ {2}(?:static async |static |async )?(\w+)[(<][^]*?[;{]$/gm)]
    .map(([, name]) => name!)
    .filter((name) => !['constructor', 'on'].includes(name));
  const bare = documented.filter(
    (name) =>
      !new RegExp(`@example(?:(?!\\*/)[^])*\\*/\\n  (?:static async |static |async )?${name}[(<]`).test(
        engine,
      ),
  );
  expect(documented.length).toBeGreaterThan(20);
  expect([...new Set(bare)]).toEqual([]);
});

it('every example compiles', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch((error) => error);
  expect(stdout).toBe('');
});

it('the published types need no more than ES2022 and what a browser or Node declares, all of them checked', async () => {
  const consumer = join(folder, 'consumer');
  mkdirSync(consumer, { recursive: true });
  const uses = `import { RhaiEngine, type HostCallContext } from 'rhai-bridge';
import { createBridge } from 'rhai-bridge/bridge';
export const engine: RhaiEngine = await RhaiEngine.create();
export const value: number = await engine.evalAsync<number>('1');
export const bridge = createBridge({ engine });
export const ask = (context: HostCallContext) => context.engine.evalAsync('1');
`;
  writeFileSync(join(consumer, 'consumer.mts'), uses);
  const compilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true, types: [] },
    ...{ target: 'ES2022', lib: ['ES2022', 'DOM'], module: 'NodeNext', moduleResolution: 'NodeNext' },
  };
  writeFileSync(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['consumer.mts'] }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', consumer]).catch((error) => error);
  expect(stdout).toBe('');
});

describe('every example prints what it says', () => {
  it.each(examples.map((example) => [example.name, example] as const))('%s', async (_, example) => {
    const file = example.file.replace(/\.mts$/, '.mjs');
    writeFileSync(file, transformSync(example.text, { loader: 'ts', format: 'esm', target: 'node20' }).code);
    const { stdout, stderr } = await run(process.execPath, ['--no-warnings', file], { cwd: root });
    expect([stdout.trim(), stderr]).toEqual([example.prints, '']);
  });
});

const LINK = /\]\((?!https?:)([^)#\s]+)(#[^)\s]*)?\)/g;
const documents = [
  ...['README.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

it.each(documents)('the links of %s lead to files', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const targets = [...text.matchAll(LINK)].map(([, target]) => join(dirname(document), target!));
  expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
});
