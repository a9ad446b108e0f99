// How the objects of this package print in a terminal: a name and a few facts, nothing of their insides.

const custom = Symbol.for('nodejs.util.inspect.custom');

type Inspect = (value: unknown, options: object) => string;

/** Gives the instances of a class their printed form. */
export function printsAs<T extends object>(
  type: { readonly prototype: T },
  name: string,
  facts: (self: T) => object,
): void {
  function printed(this: T, _depth: number, options: object, inspect?: Inspect): string {
    const shown = facts(this);
    return `${name} ${inspect ? inspect(shown, options) : JSON.stringify(shown)}`;
  }
  Object.defineProperty(type.prototype, custom, { value: printed, configurable: true, writable: true });
}
