// The JSON Schema that a validator tells of itself (zod and others under `~standard.jsonSchema`), written as a type of
// TypeScript or of Rhai. What cannot be said is `unknown` or `?`; nothing here throws.

import type { AnySchema } from './standard.js';

interface Json {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly items?: Json;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Json | boolean;
}

type Side = 'input' | 'output';

const MAX_DEPTH = 16;

/** The validator's own JSON Schema for what goes in or comes out; undefined when it has none. */
export function jsonSchemaOf(schema: AnySchema, side: Side): Json | undefined {
  const standard = schema['~standard'] as { jsonSchema?: Record<Side, (options: object) => Json> };
  try {
    return standard.jsonSchema?.[side]({ target: 'draft-2020-12' });
  } catch {
    return undefined; // a type that JSON Schema has no word for
  }
}

const TS_WORDS: Record<string, string> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** As TypeScript. */
export function jsonToTypeScript(json: Json, depth = 0): string {
  if (depth > MAX_DEPTH) return 'unknown';
  const inner = (of: Json): string => jsonToTypeScript(of, depth + 1);
  if ('const' in json) return literal(json.const);
  if (json.enum !== undefined) return json.enum.map(literal).join(' | ') || 'never';
  const choices = json.anyOf ?? json.oneOf;
  if (choices !== undefined) return unique(choices.map(inner)).join(' | ') || 'unknown';
  if (Array.isArray(json.type)) return unique(json.type.map((type) => inner({ ...json, type }))).join(' | ');
  if (json.type === 'array') return `${inParentheses(inner(json.items ?? {}))}[]`;
  if (json.type === 'object') return objectType(json, inner);
  return TS_WORDS[String(json.type)] ?? 'unknown';
}

function objectType(json: Json, inner: (of: Json) => string): string {
  const required = new Set(json.required);
  const fields = Object.entries(json.properties ?? {}).map(
    ([key, type]) => `${JSON.stringify(key)}${required.has(key) ? '' : '?'}: ${inner(type)}`,
  );
  if (fields.length > 0) return `{ ${fields.join('; ')} }`;
  const rest = json.additionalProperties;
  return `Record<string, ${typeof rest === 'object' ? inner(rest) : 'unknown'}>`;
}

function literal(value: unknown): string {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
    ? JSON.stringify(value)
    : 'unknown';
}

const inParentheses = (type: string): string => (type.includes(' | ') ? `(${type})` : type);
const unique = (types: readonly string[]): string[] => [...new Set(types)];

const RHAI_WORDS: Record<string, string> = {
  string: 'String',
  integer: 'int',
  boolean: 'bool',
  null: '()',
  array: 'Array',
  object: 'Map',
};

/** As a type of Rhai's definition files; `?` is any. */
export function jsonToRhai(json: Json): string {
  return (typeof json.type === 'string' && RHAI_WORDS[json.type]) || '?';
}
