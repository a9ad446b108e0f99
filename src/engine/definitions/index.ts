// The definitions of everything that is registered, in the two languages.

import type { Functions } from '../../host/functions.js';
import type { Modules } from '../../host/modules.js';
import { rhaiDefinitions } from './rhai.js';
import { typeScriptDefinitions } from './typescript.js';

/** Definitions of what an engine's scripts may call. */
export interface Definitions {
  /** A `.d.ts` with the interfaces `HostFunctions` and `HostModules`. */
  readonly dts: string;
  /** A `.d.rhai` for rhai's language server. */
  readonly rhai: string;
}

export function definitionsOf(functions: Functions, modules: Modules): Definitions {
  const members = new Set(modules.all().flatMap((module) => module.functions.map(([, fn]) => fn)));
  const own = [...functions.all()].filter((fn) => !members.has(fn));
  const ofHost = modules.all().filter((module) => module.source === undefined);
  return { dts: typeScriptDefinitions(own, ofHost), rhai: rhaiDefinitions(own, ofHost) };
}
