// The errors that host functions threw, by the handle under which a script holds them: so the very same object comes out.
// Handles are never reused; an owner's errors go when it ends, and the oldest ones when it collects too many.

const MAX_PER_OWNER = 1024;
const WRAP = 0xffff_fff0;

/** Whoever runs scripts that may hold errors. */
export interface ErrorOwner {
  errors: number[] | undefined;
}

/** An error whose object is gone: the texts that the script still had. */
function standIn(name: string, message: string, code: string): Error {
  const error = new Error(message);
  error.name = name;
  if (code !== '') Object.assign(error, { code });
  return error;
}

export class ErrorTable {
  readonly #byHandle = new Map<number, unknown>();
  #next = 1;

  put(error: unknown, owner: ErrorOwner): number {
    const handle = this.#next;
    this.#next = handle >= WRAP ? 1 : handle + 1;
    this.#byHandle.set(handle, error);
    const errors = (owner.errors ??= []);
    errors.push(handle);
    if (errors.length > MAX_PER_OWNER) this.#byHandle.delete(errors.shift()!);
    return handle;
  }

  has(handle: number): boolean {
    return this.#byHandle.has(handle);
  }

  /** The very object, or one with the same texts. */
  get(handle: number, name = 'Error', message = '', code = ''): unknown {
    return this.#byHandle.has(handle) ? this.#byHandle.get(handle) : standIn(name, message, code);
  }

  release(owner: ErrorOwner): void {
    if (owner.errors === undefined) return;
    for (const handle of owner.errors) this.#byHandle.delete(handle);
    owner.errors = undefined;
  }

  clear(): void {
    this.#byHandle.clear();
  }
}
