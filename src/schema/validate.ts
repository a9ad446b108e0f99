// Asking a validator: its value, or a RhaiValueError that says what is wrong and where.

import { RhaiValueError } from '../errors/index.js';
import { pathOf, type Key } from '../protocol/problem.js';
import type { AnySchema, SchemaIssue, SchemaPath, SchemaResult } from './standard.js';

function keyOf(step: SchemaPath[number]): Key {
  const key = typeof step === 'object' ? step.key : step;
  return typeof key === 'symbol' ? key.toString() : key;
}

function refusal(subject: string, root: readonly Key[], issues: readonly SchemaIssue[]): RhaiValueError {
  const [first] = issues;
  const path = pathOf([...root, ...(first?.path ?? []).map(keyOf)]);
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  const text = `${subject} is not what its schema says: ${first?.message ?? 'no reason was given'} (at ${path})${more}.`;
  return new RhaiValueError(text, path, { issues });
}

/** The validator's value; throws a RhaiValueError. A promise when the validator takes its time. */
export function validated(
  schema: AnySchema,
  value: unknown,
  subject: string,
  root: readonly Key[] = [],
): unknown {
  const outcome = (result: SchemaResult<unknown>): unknown => {
    if (result.issues !== undefined) throw refusal(subject, root, result.issues);
    return result.value;
  };
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then(outcome) : outcome(result);
}
