// The TypeScript examples of the guides and of the docstrings: each is a module of its own, compiled together, run one by one.
// An example in a docstring finds everything imported, and an engine made unless it makes its own.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** Inside the package, so that 'rhai-bridge' is this very package. */
export const folder = join(root, 'build/docs-examples');

export interface Example {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** What its `// prints:` lines say. */
  readonly prints: string;
}

const PRELUDE = `import {
  HostObject, RhaiAsyncFunctionError, RhaiCancelledError, RhaiChar, RhaiDisposedError, RhaiEngine, RhaiFloat, RhaiHostError,
  RhaiLimitError, RhaiRange, RhaiRuntimeError, RhaiSyntaxError, RhaiTimeoutError, RhaiTimestamp, RhaiValueError,
  secureDefaults, strict, unlimited, type HostCallContext, type RhaiFunction,
} from 'rhai-bridge';
import { createBridge } from 'rhai-bridge/bridge';
`;
const ENGINE = 'const engine = await RhaiEngine.create();\n';

const sources = () =>
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );

/** A docstring's text without its stars. */
const bare = (lines: string) => lines.replace(/^ *\* ?/gm, '');

function examplesOfSource(source: string): Example[] {
  const text = readFileSync(join(root, 'src', source), 'utf8');
  return [...text.matchAll(/^ *\* @example\n *\* ```ts\n([^]*?)^ *\* ```$/gm)].map(([, lines], index) => {
    const code = bare(lines!);
    const name = `${source.replace('.ts', '').replaceAll('/', '-')}-${index + 1}`;
    return example(name, PRELUDE + (code.includes('const engine =') ? '' : ENGINE) + code);
  });
}

function example(name: string, text: string): Example {
  const prints = [...text.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line]) => line!.trim()).join('\n');
  return { name, file: join(folder, `${name}.mts`), text, prints };
}

const guides = () => readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));

function examplesOf(guide: string): Example[] {
  const text = readFileSync(join(root, 'docs', guide), 'utf8');
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code], index) =>
    example(`${guide.replace('.md', '')}-${index + 1}`, code!),
  );
}

/** The README's first example is executed against a server, by test/unit/readme.test.ts; here are the others. */
function examplesOfReadme(): Example[] {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)]
    .slice(1)
    .map(([, code], index) => example(`README-${index + 2}`, PRELUDE + ENGINE + code!));
}

/** Writes every example into `folder`. */
export function writeExamples(): Example[] {
  const all = [
    ...examplesOfReadme(),
    ...guides().flatMap(examplesOf),
    ...sources().flatMap(examplesOfSource),
  ];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { file, text } of all) writeFileSync(file, text);
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: { noUnusedLocals: false, typeRoots: ['../../node_modules/@types'] },
    include: ['*.mts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  return all;
}
