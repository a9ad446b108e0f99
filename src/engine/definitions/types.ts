// One type in the two languages of the definitions. Users write Rhai's words, TypeScript, or give a validator;
// a word of one language is translated, text that cannot be a type is `unknown` rather than a broken file.

import type { ParamType } from '../../schema/params.js';
import { jsonSchemaOf, jsonToRhai, jsonToTypeScript } from '../../schema/json.js';

/** Whether a value goes into the host function or comes out of it. */
export type Side = 'input' | 'output';

/** Rhai's word, TypeScript's, and other spellings. */
const WORDS: readonly (readonly [rhai: string, ts: string, ...others: string[]])[] = [
  ['String', 'string', 'ImmutableString', 'str'],
  ['char', 'string'],
  ['int', 'number', 'INT', 'i64', 'integer'],
  ['float', 'number', 'FLOAT', 'f64'],
  ['bool', 'boolean'],
  ['Array', 'unknown[]', 'array'],
  ['Map', 'Record<string, unknown>', 'map', 'object'],
  ['Blob', 'Uint8Array', 'blob'],
  ['()', 'null', 'unit', 'void', 'undefined'],
  ['FnPtr', '(...args: unknown[]) => Promise<unknown>', 'Fn', 'fn', 'closure'],
  ['?', 'unknown', 'any', 'Dynamic'],
];

interface Dictionary {
  readonly toTypeScript: Map<string, string>;
  readonly toRhai: Map<string, string>;
}

let dictionary: Dictionary | undefined;

/** Words by word, made when somebody first asks for definitions. */
function words(): Dictionary {
  return (dictionary ??= dictionaryOf(WORDS));
}

function dictionaryOf(table: typeof WORDS): Dictionary {
  const toTypeScript = new Map<string, string>();
  const toRhai = new Map<string, string>();
  for (const [rhai, ts, ...others] of table) {
    for (const word of [rhai, ...others]) toTypeScript.set(word, ts);
    for (const word of [...others, ts, rhai]) if (!toRhai.has(word)) toRhai.set(word, rhai);
  }
  // In TypeScript a number may be either, and a string is a string.
  toRhai.set('number', '?');
  return { toTypeScript, toRhai };
}

const PLAIN = /^[\w\s.$<>[\]{}()|&?:;,=-]+$/;
const PAIRS: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** Text with balanced brackets and nothing that could end the line it stands in. */
function looksLikeType(type: string): boolean {
  const text = type.replace(/"[^"]*"|'[^']*'/g, 'literal');
  if (!PLAIN.test(text) || /[\r\n]/.test(type)) return false;
  const open: string[] = [];
  for (const char of text) {
    if ('([{'.includes(char)) open.push(char);
    else if (char in PAIRS && open.pop() !== PAIRS[char]) return false;
    else if (char === ';' && open.length === 0) return false;
  }
  return open.length === 0;
}

export function typeScriptOf(type: ParamType | undefined, side: Side): string {
  if (type === undefined) return 'unknown';
  if (typeof type === 'string') {
    const text = type.trim();
    return words().toTypeScript.get(text) ?? (looksLikeType(text) ? text : 'unknown');
  }
  const json = jsonSchemaOf(type, side);
  return json === undefined ? 'unknown' : jsonToTypeScript(json);
}

export function rhaiOf(type: ParamType | undefined, side: Side): string {
  if (type === undefined) return '?';
  if (typeof type === 'string') return rhaiWord(type.trim());
  const json = jsonSchemaOf(type, side);
  return json === undefined ? '?' : jsonToRhai(json);
}

function rhaiWord(text: string): string {
  const known = words().toRhai.get(text);
  if (known !== undefined) return known;
  if (/\[\]$|^(Readonly)?Array</.test(text)) return 'Array';
  if (/^(\{.*\}|Record<.*>)$/.test(text)) return 'Map';
  return '?';
}

/** The type of a constant. */
export function constantTypes(value: unknown): { ts: string; rhai: string } {
  if (value === null || value === undefined) return { ts: 'null', rhai: '()' };
  if (typeof value === 'string') return { ts: JSON.stringify(value), rhai: 'String' };
  if (typeof value === 'boolean') return { ts: String(value), rhai: 'bool' };
  if (typeof value === 'bigint') return { ts: `${value}n`, rhai: 'int' };
  if (typeof value === 'number')
    return {
      ts: Number.isFinite(value) ? String(value) : 'number',
      rhai: Number.isInteger(value) ? 'int' : 'float',
    };
  if (Array.isArray(value)) return { ts: 'readonly unknown[]', rhai: 'Array' };
  if (ArrayBuffer.isView(value)) return { ts: 'Uint8Array', rhai: 'Blob' };
  return { ts: 'unknown', rhai: Object.getPrototypeOf(value) === Object.prototype ? 'Map' : '?' };
}
