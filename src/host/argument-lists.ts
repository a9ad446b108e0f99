// Lists of arguments that are used again: a plain call's function gets the arguments, never the list.

import type { Decoder } from '../protocol/decode.js';

/** Longer lists are made anew. */
const LONGEST = 3;

export class ArgumentLists {
  /** By length; undefined while a call has it. */
  readonly #lists: (unknown[] | undefined)[] = new Array<undefined>(LONGEST + 1).fill(undefined);

  /** A list to be filled with so many arguments. */
  take(argc: number, body: Decoder): unknown[] {
    const list = this.#lists[argc];
    if (list === undefined) return body.list<unknown>(argc);
    this.#lists[argc] = undefined;
    return list;
  }

  /** The call is over, and nobody else has the list. What was in it is not kept alive. */
  giveBack(list: unknown[]): void {
    if (list.length > LONGEST) return;
    for (let i = 0; i < list.length; i++) list[i] = null;
    this.#lists[list.length] = list;
  }
}
