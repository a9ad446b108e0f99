// Functions of scripts in the hands of the host: closures that a script returned, passed or threw.
// Each is one JavaScript function for as long as somebody holds it; disposed or collected, the core is told how often it
// had sent it, and lets go of the program and the captured variables.

import { bindHandle, type FunctionHandle } from '../protocol/handles.js';
import type { Run } from './run.js';
import type { FunctionOrigin } from './task.js';

/**
 * A function of a script. Every call is a run of its own, on the core that has the function.
 * @example
 * ```ts
 * const add = await engine.evalAsync<RhaiFunction<[number], number>>('let n = 40; |x| n + x');
 * console.log(await add(2)); // prints: 42
 * add.dispose();
 * ```
 */
export interface RhaiFunction<A extends unknown[] = any[], T = any> {
  (...args: A): Run<T>;
  readonly name: string;
  readonly disposed: boolean;
  /** Lets go of it; later calls reject with RhaiDisposedError. Idempotent. */
  dispose(): void;
  /** The same as `dispose()`. */
  [Symbol.dispose](): void;
}

/** One function of one core; it must not hold the JavaScript function, which is collected when nobody else does. */
class Held implements FunctionHandle {
  /** How often the core has sent it. */
  received = 1;
  disposed = false;
  ref!: WeakRef<RhaiFunction>;

  constructor(
    readonly home: object,
    readonly slot: number,
    readonly generation: number,
  ) {}
}

/** What the functions of one core need of it. */
export interface FunctionHome {
  /** Calls it: a run of its own. */
  callFunction(handle: FunctionHandle, args: readonly unknown[], origin: FunctionOrigin): Run;
  /** Tells the core that it is held no longer. */
  dropFunction(slot: number, generation: number, received: number): void;
}

const symbolDispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

function shownName(name: string): string {
  return name.startsWith('anon$') ? 'closure' : name;
}

export class ScriptFunctions {
  readonly #bySlot = new Map<number, Held>();
  readonly #collected = new FinalizationRegistry<Held>((held) => this.#drop(held));

  constructor(private readonly home: FunctionHome) {}

  /** The function behind a handle that the core has sent once more. */
  get(slot: number, generation: number, name: string, origin: FunctionOrigin): RhaiFunction {
    const known = this.#bySlot.get(slot);
    const same = known?.generation === generation && !known.disposed ? known.ref.deref() : undefined;
    if (same !== undefined) {
      known!.received++;
      return same;
    }
    const held = new Held(this.home, slot, generation);
    const fn = this.#make(held, name, origin);
    held.ref = new WeakRef(fn);
    this.#bySlot.set(slot, held);
    this.#collected.register(fn, held, held);
    return fn;
  }

  #make(held: Held, name: string, origin: FunctionOrigin): RhaiFunction {
    const { home } = this;
    const fn = (...args: unknown[]): Run => home.callFunction(held, args, origin);
    const dispose = (): void => this.#drop(held);
    Object.defineProperties(fn, {
      name: { value: shownName(name), configurable: true },
      disposed: { get: () => held.disposed },
      dispose: { value: dispose },
      [symbolDispose]: { value: dispose },
    });
    bindHandle(fn, held);
    return fn as RhaiFunction;
  }

  #drop(held: Held): void {
    if (held.disposed) return;
    held.disposed = true;
    this.#collected.unregister(held);
    if (this.#bySlot.get(held.slot) === held) this.#bySlot.delete(held.slot);
    this.home.dropFunction(held.slot, held.generation, held.received);
  }

  /** Functions that somebody holds. */
  get size(): number {
    return this.#bySlot.size;
  }

  /** The core is gone, and with it every function. */
  clear(): void {
    for (const held of this.#bySlot.values()) held.disposed = true;
    this.#bySlot.clear();
  }
}
