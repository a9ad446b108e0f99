// Values that cross as numbers, on their way into a script: its own functions, and objects of the host.

import * as C from './constants.js';
import { handleOf, type HandleSource } from './handles.js';
import type { HostObject } from './host-object.js';
import { Problem } from './problem.js';
import type { Writer } from './writer.js';

/** The object's number, and the bytes that declare what scripts may do with it. */
export function writeHostObject(out: Writer, object: HostObject, handles: HandleSource | undefined): void {
  if (handles === undefined) throw new Problem('a host object crosses only to a core');
  const handle = handles.objectHandle(object);
  const { declaration } = object;
  out.ensure(9 + declaration.length);
  out.byte(C.T_HOST_OBJECT);
  out.u32(handle);
  out.u32(declaration.length);
  out.u8.set(declaration, out.p);
  out.p += declaration.length;
}

/** A function of a script goes back as itself; a function of JavaScript has no meaning there. */
export function writeFunction(out: Writer, fn: object, handles: HandleSource | undefined): void {
  const handle = handleOf(fn);
  if (handle === undefined)
    throw new Problem('a function has no meaning in a script (register it as a host function)');
  if (handle.disposed) throw new Problem('the function of the script was disposed');
  if (handle.home !== handles?.home && handles?.isAny !== true)
    throw new Problem(
      'the function belongs to another core, and a function of a script cannot leave its core',
    );
  out.byte(C.T_FN);
  out.u32(handle.slot);
  out.u32(handle.generation);
  out.byte(C.T_SSTR); // the core knows its name
  out.byte(0);
}
