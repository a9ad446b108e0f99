// The TypeScript examples of the guides: each is a module of its own, compiled together, run one by one.
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

const guides = () => readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));

function examplesOf(guide: string): Example[] {
  const text = readFileSync(join(root, 'docs', guide), 'utf8');
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code], index) => {
    const name = `${guide.replace('.md', '')}-${index + 1}`;
    const prints = [...code!.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line]) => line!.trim()).join('\n');
    return { name, file: join(folder, `${name}.mts`), text: code!, prints };
  });
}

/** Writes every example into `folder`. */
export function writeExamples(): Example[] {
  const all = guides().flatMap(examplesOf);
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
