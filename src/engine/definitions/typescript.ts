// The definitions as a `.d.ts`: an interface of all host functions by the name that scripts use, and one of all modules.
// Names are property names, so that every name of a script is a name there too.

import type { HostFunction } from '../../host/functions.js';
import type { HostModule } from '../../host/modules.js';
import { constantTypes, typeScriptOf } from './types.js';

const HEAD = `// What scripts may call, as it is registered. Made by engine.definitions() of rhai-bridge; do not edit.
`;

/** Words that cannot name a parameter. */
const RESERVED = new Set(
  (
    'break case catch class const continue debugger default delete do else enum export extends false finally for function ' +
    'if import in instanceof new null return super switch this throw true try typeof var void while with implements ' +
    'interface let package private protected public static yield await eval arguments'
  ).split(' '),
);

export function typeScriptDefinitions(
  functions: readonly HostFunction[],
  modules: readonly HostModule[],
): string {
  const body = functions.map((fn) => member(fn, fn.name, '  ')).join('');
  const parts = modules.map(moduleMember).join('');
  return `${HEAD}
/** Host functions, by the name that scripts use. */
export interface HostFunctions {
${body}}

/** What \`import "name" as n\` gives a script. */
export interface HostModules {
${parts}}
`;
}

function member(fn: HostFunction, name: string, indent: string): string {
  const params = fn.params?.map(
    ({ name: param, type }) => `${RESERVED.has(param) ? `${param}_` : param}: ${typeScriptOf(type, 'input')}`,
  );
  const list = (params ?? unnamed(fn)).join(', ');
  return `${comment(fn.doc, indent)}${indent}${property(name)}(${list}): ${typeScriptOf(fn.returns, 'output')};\n`;
}

function unnamed({ arity }: HostFunction): string[] {
  if (arity < 0) return ['...args: unknown[]'];
  return Array.from({ length: arity }, (_, index) => `arg${index + 1}: unknown`);
}

function moduleMember({ name, doc, functions, constants }: HostModule): string {
  const fns = functions.map(([key, fn]) => member(fn, key, '    ')).join('');
  const values = constants
    .map(([key, value]) => `    readonly ${property(key)}: ${constantTypes(value).ts};\n`)
    .join('');
  return `${comment(doc, '  ')}  readonly ${property(name)}: {\n${fns}${values}  };\n`;
}

const property = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

function comment(doc: string, indent: string): string {
  if (doc.trim() === '') return '';
  const lines = doc.trim().replaceAll('*/', '*\\/').split(/\r?\n/);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}
