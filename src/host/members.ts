// What scripts do with host objects, as host functions: read a property, assign one, call a method.
// The machine asks only for what is declared; it is checked here again, where the target is.

import * as C from '../protocol/constants.js';
import { HostObject, type MemberUse } from '../protocol/host-object.js';
import type { HostFunction, HostHandler } from './functions.js';
import { plain } from './plain.js';

type Handler = (object: HostObject, name: string, ...args: unknown[]) => unknown;

const { apply, get, set } = Reflect;

function allowed(object: unknown, name: string, use: MemberUse): object {
  if (object instanceof HostObject && object.allows(name, use)) return object.target;
  throw new TypeError(`'${name}' is not declared`);
}

const HANDLERS: Readonly<Record<number, Handler>> = {
  [C.GET_MEMBER]: (object, name) => get(allowed(object, name, 'get'), name),
  [C.SET_MEMBER]: (object, name, value) => {
    const target = allowed(object, name, 'set');
    if (!set(target, name, value)) throw new TypeError(`'${name}' cannot be assigned`);
  },
  [C.CALL_MEMBER]: (object, name, ...args) => {
    const target = allowed(object, name, 'call');
    const method: unknown = get(target, name);
    if (typeof method !== 'function') throw new TypeError(`'${name}' is not a function`);
    return apply(method, target, args) as unknown;
  },
};

/** The host function of a request whose function id is one of the members' numbers. */
export function memberFunction(id: number, args: readonly unknown[]): HostFunction | undefined {
  const handler = HANDLERS[id];
  if (handler === undefined) return undefined;
  const type = args[0] instanceof HostObject ? args[0].type : '?';
  return plain(`${type}.${String(args[1])}`, handler as HostHandler);
}
