// HostObject: an object of the host that a script can hold and pass back, and use as far as was declared.
// Only its number and its declaration cross; the target stays here, and only declared members are ever touched.

import { known } from '../options/check.js';
import { checkWord } from '../options/names.js';

const OPTION_NAMES = new Set(['type', 'properties', 'writable', 'methods']);
const READABLE = 1;
const WRITABLE = 2;
const CALLABLE = 4;

/** What a script may do with a member. */
export type MemberUse = 'get' | 'set' | 'call';

const BIT: Readonly<Record<MemberUse, number>> = { get: READABLE, set: WRITABLE, call: CALLABLE };

type Names<T> = readonly (string & keyof T)[];

/** What scripts may do with a host object. */
export interface HostObjectOptions<T extends object = object> {
  /** Its type's name for `type_of`, printing and errors; by default the name of the target's class. */
  type?: string;
  /** Properties that scripts can read. */
  properties?: Names<T>;
  /** Properties that scripts can read and assign. */
  writable?: Names<T>;
  /** Methods that scripts can call. They may be async: the script waits. */
  methods?: Names<T>;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_NAME = 128;
const DEFAULT_TYPE = 'HostObject';
const T_SSTR = 6;

function checkName(what: string, name: unknown): string {
  if (typeof name !== 'string' || name.length > MAX_NAME || !NAME.test(name))
    throw new TypeError(`${what} must be a name of Rhai, got ${JSON.stringify(name) ?? typeof name}`);
  return name;
}

function typeOf(target: object): string {
  try {
    const name: unknown = (target as { constructor?: { name?: unknown } }).constructor?.name;
    return typeof name === 'string' && name !== 'Object' && NAME.test(name) && name.length <= MAX_NAME
      ? name
      : DEFAULT_TYPE;
  } catch {
    return DEFAULT_TYPE;
  }
}

function declare(members: Map<string, number>, names: unknown, what: string, bits: number): void {
  if (names === undefined) return;
  if (!Array.isArray(names)) throw new TypeError(`${what} must be an array of names`);
  for (const name of names) {
    checkName(`each of ${what}`, name);
    checkWord('a name of Rhai', name);
    members.set(name as string, (members.get(name as string) ?? 0) | bits);
  }
}

/** The name, then for each member what it is, and its name: as the core reads it. */
function encodeClass(type: string, members: ReadonlyMap<string, number>): Uint8Array {
  const bytes: number[] = [];
  const put = (name: string): void => {
    bytes.push(T_SSTR, name.length);
    for (let i = 0; i < name.length; i++) bytes.push(name.charCodeAt(i));
  };
  put(type);
  for (const [name, bits] of members) {
    bytes.push(bits);
    put(name);
  }
  return Uint8Array.from(bytes);
}

/**
 * Lets scripts hold `target`: as a variable, an argument or a result. They see it as an opaque value of type `type` with
 * the declared members; passed back, it is the same HostObject.
 * @example
 * ```ts
 * const account = { owner: 'Ann', async save() { return true; } };
 * const object = new HostObject(account, { type: 'Account', properties: ['owner'], methods: ['save'] });
 * console.log(await engine.evalAsync('if a.save() { a.owner }', { scope: { a: object } })); // prints: Ann
 * ```
 */
export class HostObject<T extends object = object> {
  readonly type: string;
  readonly #members = new Map<string, number>();
  #declaration: Uint8Array | undefined;

  constructor(
    readonly target: T,
    options: HostObjectOptions<T> = {},
  ) {
    if ((typeof target !== 'object' && typeof target !== 'function') || target === null)
      throw new TypeError('a HostObject takes an object');
    known('a HostObject', options, OPTION_NAMES);
    const { type, properties, writable, methods } = options;
    this.type = type === undefined ? typeOf(target) : checkName('type', type);
    declare(this.#members, properties, 'properties', READABLE);
    declare(this.#members, writable, 'writable', READABLE | WRITABLE);
    declare(this.#members, methods, 'methods', CALLABLE);
    Object.freeze(this);
  }

  /** Whether scripts may use member `name` in this way. */
  allows(name: string, use: MemberUse): boolean {
    return ((this.#members.get(name) ?? 0) & BIT[use]) !== 0;
  }

  /** @internal */
  get declaration(): Uint8Array {
    return (this.#declaration ??= encodeClass(this.type, this.#members));
  }

  get [Symbol.toStringTag](): string {
    return this.type;
  }
}
