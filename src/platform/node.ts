// Node's own modules where there is a Node, and undefined where there is none. Nothing in src/ imports `node:` by itself:
// so the very same files run in browsers and pass through any bundler untouched.

interface NodeModules {
  'node:async_hooks': typeof import('node:async_hooks');
  'node:fs': typeof import('node:fs');
  'node:module': typeof import('node:module');
  'node:path': typeof import('node:path');
  'node:url': typeof import('node:url');
  'node:vm': typeof import('node:vm');
  'node:worker_threads': typeof import('node:worker_threads');
}

/** The process, in Node and whatever looks like it. */
export const node: NodeJS.Process | undefined =
  typeof globalThis.process?.getBuiltinModule === 'function' ? globalThis.process : undefined;

/** A module of Node's; undefined in a browser. */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  return node?.getBuiltinModule(name) as NodeModules[Name] | undefined;
}
