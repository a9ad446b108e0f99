// Why a core is gone for good, with all its runs, though nobody closed it. The lane tells each run what that means for it.

/**
 * `trap`: a panic or a broken invariant; `memory`: there was none left; `stuck`: it did not answer;
 * `lost`: its worker ended or never began.
 */
export type CauseOfDeath = 'trap' | 'memory' | 'stuck' | 'lost';

export class CoreDeath extends Error {
  override readonly name = 'CoreDeath';
  constructor(
    readonly why: CauseOfDeath,
    message: string,
    /** The run that was under way, where that is known. */
    readonly run?: { readonly slot: number; readonly generation: number },
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Known by its name: the WASM backend is a file of its own, with a class of its own. */
export function isDeath(cause: unknown): cause is CoreDeath {
  return cause instanceof Error && cause.name === 'CoreDeath';
}
