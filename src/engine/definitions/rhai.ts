// The definitions as a `.d.rhai`, in the form that rhai itself writes for its language server: functions of the global
// namespace first, then a block per namespace and module.

import type { HostFunction } from '../../host/functions.js';
import type { HostModule } from '../../host/modules.js';
import { constantTypes, rhaiOf } from './types.js';

interface Space {
  doc: string;
  readonly lines: string[];
  readonly inner: Map<string, Space>;
}

const space = (): Space => ({ doc: '', lines: [], inner: new Map() });
const NAMESPACE = /^[A-Za-z_]\w*(::[A-Za-z_]\w*)*$/;

export function rhaiDefinitions(functions: readonly HostFunction[], modules: readonly HostModule[]): string {
  const root = space();
  for (const fn of functions) within(root, fn.name.split('::').slice(0, -1)).lines.push(signature(fn));
  for (const module of modules) addModule(root, module);
  return `module static;\n\n${written(root, '').trim()}\n`;
}

function within(root: Space, path: readonly string[]): Space {
  let at = root;
  for (const name of path) {
    if (!at.inner.has(name)) at.inner.set(name, space());
    at = at.inner.get(name)!;
  }
  return at;
}

function addModule(root: Space, { name, doc, functions, constants }: HostModule): void {
  if (!NAMESPACE.test(name)) return; // `import` reaches it, but the definition files have no word for it
  const at = within(root, name.split('::'));
  at.doc = doc;
  for (const [key, value] of constants) at.lines.push(`const ${key}: ${constantTypes(value).rhai};`);
  for (const [, fn] of functions) at.lines.push(signature(fn));
}

function signature(fn: HostFunction): string {
  const name = fn.name.split('::').at(-1)!;
  const params = fn.params?.map(({ name: param, type }) => `${param}: ${rhaiOf(type, 'input')}`);
  const list = params ?? Array.from({ length: Math.max(fn.arity, 0) }, (_, index) => `arg${index + 1}: ?`);
  const many = fn.params === undefined && fn.arity < 0 ? ['/// (any number of arguments)'] : [];
  return [
    ...docLines(fn.doc),
    ...many,
    `fn ${name}(${list.join(', ')}) -> ${rhaiOf(fn.returns, 'output')};`,
  ].join('\n');
}

function docLines(doc: string): string[] {
  return doc.trim() === ''
    ? []
    : doc
        .trim()
        .split(/\r?\n/)
        .map((line) => `/// ${line}`.trimEnd());
}

function written({ lines, inner }: Space, indent: string): string {
  const own = lines.map((line) => line.replace(/^/gm, indent));
  const blocks = [...inner].map(([name, nested]) => {
    const doc = docLines(nested.doc).map((line) => `${indent}${line}\n`);
    return `${doc.join('')}${indent}module ${name} {\n${written(nested, `${indent}  `)}\n${indent}}`;
  });
  return [...own, ...blocks].join('\n\n');
}
