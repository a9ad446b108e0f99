// The async context of whoever starts a run, so that AsyncLocalStorage and its like work in host functions. While nothing in
// the process follows such contexts, all runs share one that is nobody's: a scope of its own would be a tenth of what a
// waiting run takes. Browsers have nothing of the kind: there a host function is simply called.

import { node, nodeModule } from './node.js';

/** Runs a function in the async context in which the scope was made. */
export interface AsyncScope {
  runInAsyncScope<R>(fn: (...args: any[]) => R, self: unknown, ...args: unknown[]): R;
}

type Resource = AsyncScope & Record<symbol, unknown>;

const TYPE = 'RhaiRun';
const AsyncResource = nodeModule('node:async_hooks')?.AsyncResource as
  (new (type: string) => Resource) | undefined;

const probe = AsyncResource && new AsyncResource(TYPE);

function symbolOf(description: string): symbol | undefined {
  return probe && Object.getOwnPropertySymbols(probe).find((symbol) => symbol.description === description);
}

/** A promise has an id from the start when a hook follows promises; until Node 22 every storage in use is such a hook. */
const ID = symbolOf('async_id_symbol');
/** Since Node 22 a resource has the stores of whoever made it, undefined when there are none. */
const FRAME = symbolOf('context_frame');
/** Of other runtimes, and Nodes to come, it is not known. */
const canTell = ID !== undefined && (FRAME !== undefined || Number.parseInt(node!.versions.node) < 22);

function isFollowed(promise: Promise<unknown>): boolean {
  return (promise as unknown as Record<symbol, unknown>)[ID!] !== undefined;
}

/**
 * The scope of nobody, made when it is certain that there is nothing to follow. A storage that a function enters is set on the resource it
 * runs in; on a shared one the next function would see it: so the first store makes a resource the function's own. Behind its prototype
 * stands a trap for what is set.
 */
class Nobody implements AsyncScope {
  /** No function of anybody runs in it. */
  readonly #first = new AsyncResource!(TYPE);
  #make: (() => AsyncScope) | undefined;
  #shared: AsyncScope | undefined;

  /** The resource to run a function in: no store was ever set on it. */
  clean(): AsyncScope {
    return (this.#shared ??= this.#first.runInAsyncScope((this.#make ??= this.#maker()), undefined));
  }

  runInAsyncScope<R>(fn: (...args: any[]) => R, self: unknown, ...args: unknown[]): R {
    return this.clean().runInAsyncScope(fn, self, ...args);
  }

  #maker(): () => AsyncScope {
    const Base = AsyncResource!;
    class Shared extends Base {}
    const trap: ProxyHandler<Resource> = {
      set: (_target, key, value, resource: object) => {
        if (value === undefined) return true; // no store: and the next one must come by here too
        if (resource === this.#shared) this.#shared = undefined;
        return Reflect.defineProperty(resource, key, { value, writable: true, configurable: true });
      },
    };
    const { runInAsyncScope } = Base.prototype;
    Object.defineProperty(Shared.prototype, 'runInAsyncScope', { value: runInAsyncScope });
    Object.setPrototypeOf(Shared.prototype, new Proxy(Base.prototype, trap));
    return () => {
      const made = new Shared(TYPE);
      if (FRAME !== undefined) Object.defineProperty(made, FRAME, { value: undefined, writable: true });
      return made;
    };
  }
}

let nobody: Nobody | undefined;

/** The scope of the caller, who has just made `promise` (if any): that tells whether anybody follows contexts. */
export function asyncScope(promise: Promise<unknown> | undefined): AsyncScope | undefined {
  if (AsyncResource === undefined) return undefined;
  if (!canTell || promise === undefined || isFollowed(promise)) return new AsyncResource(TYPE);
  if (FRAME !== undefined) {
    const own = new AsyncResource(TYPE);
    if (own[FRAME] !== undefined) return own;
  }
  return (nobody ??= new Nobody());
}

/** What to run a function of this scope in; undefined when it can be called as it is, because that is where we are. */
export function resourceOf(scope: AsyncScope): AsyncScope | undefined {
  if (nobody === undefined || scope !== nobody) return scope;
  const resource = nobody.clean();
  return resource === entered ? undefined : resource;
}

/** The resource of nobody's that the code under way runs in, as far as that is certain. */
let entered: AsyncScope | undefined;

/**
 * Does `work` where nobody's functions can be called as they are: to enter and leave takes longer than to call. Where stores
 * are in a frame, nothing tells that a function has entered one: there each is called in a resource.
 */
export function asNobody(work: () => void): void {
  if (nobody === undefined || FRAME !== undefined) return work();
  const outer = entered;
  entered = nobody.clean();
  try {
    entered.runInAsyncScope(work, undefined);
  } finally {
    entered = outer;
  }
}

/** What follows happens inside of something that somebody has called, in whatever context; gives what `backTo` wants. */
export function amongOthers(): AsyncScope | undefined {
  const outer = entered;
  entered = undefined;
  return outer;
}

/** Undoes `amongOthers`. */
export function backTo(outer: AsyncScope | undefined): void {
  entered = outer;
}
