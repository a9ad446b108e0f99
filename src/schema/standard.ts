// Standard Schema, as far as it is used here: what zod, valibot, arktype and others put under the key `~standard`.
// Nothing of any of them is imported: whoever has that key is a validator.

/** Where in a value something is wrong. */
export type SchemaPath = readonly (PropertyKey | { readonly key: PropertyKey })[];

/** One thing that is wrong. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: SchemaPath | undefined;
}

/** What a validator says: the value, perhaps changed, or what is wrong with it. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** A validator of any library that follows Standard Schema, version 1. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Gives the value as the schema has it, or issues. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** For the type checker only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** Any validator. */
export type AnySchema = StandardSchema<any, any>;

/** What a validator takes. */
export type InputOf<S extends AnySchema> = NonNullable<S['~standard']['types']>['input'];
/** What a validator gives. */
export type OutputOf<S extends AnySchema> = NonNullable<S['~standard']['types']>['output'];

/** Whether something is a validator (arktype's are functions). */
export function isSchema(value: unknown): value is AnySchema {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  const standard = (value as Partial<AnySchema>)['~standard'];
  return typeof standard === 'object' && standard !== null && typeof standard.validate === 'function';
}

/** A TypeError for anything else than a validator. */
export function checkSchema(name: string, value: unknown): asserts value is AnySchema | undefined {
  if (value !== undefined && !isSchema(value))
    throw new TypeError(`${name} must be a Standard Schema validator (of zod, valibot, arktype, …)`);
}
