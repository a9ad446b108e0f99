// The corpus of the language, as native/vm/tests/support/cases.rs cuts it: a script for each `//// name`, or for each line.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../native/vm/tests/corpus', import.meta.url));

export interface Case {
  readonly name: string;
  readonly source: string;
}

/** All scripts of one file. */
function casesOf(tier: string, file: string): Case[] {
  const text = readFileSync(`${root}/${tier}/${file}`, 'utf8');
  return text
    .split('//// ')
    .slice(1)
    .flatMap((section) => {
      const end = section.indexOf('\n');
      const title = section.slice(0, end).trim().replace(/!syntax$/, '').trim();
      const source = section.slice(end + 1);
      const name = `${tier}/${file.replace(/\.rhai$/, '')}: ${title}`;
      return title.startsWith('each line: ') ? linesOf(name, source) : [{ name, source }];
    });
}

const linesOf = (name: string, source: string): Case[] =>
  source
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, at) => ({ name: `${name} ${at + 1}`, source: line.replace(/^!! /, '') }));

/** Every file of a tier with its scripts. */
export function corpus(tier: string): { file: string; cases: Case[] }[] {
  const files = readdirSync(`${root}/${tier}`).filter((file) => file.endsWith('.rhai'));
  return files.sort().map((file) => ({ file: `${tier}/${file}`, cases: casesOf(tier, file) }));
}
