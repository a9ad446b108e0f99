// Variables of a scope as records carry them: name, constant, value; a variable that cannot leave its core has a reason.

import { RhaiValueError } from '../errors/index.js';
import { Problem, valueError } from '../protocol/problem.js';
import type { Decoder } from '../protocol/decode.js';

export interface Variable {
  readonly name: string;
  readonly constant: boolean;
  readonly value: unknown;
  /** Why its value could not be told. */
  readonly refusal: RhaiValueError | undefined;
}

/** Reads `n × (name, const, [ok,] value)`. */
export function readScope(body: Decoder, hasOk: boolean, exact = false): Variable[] {
  const count = body.u32();
  const variables = body.list<Variable>(count);
  body.exact = exact;
  for (let i = 0; i < count; i++) variables[i] = readVariable(body, hasOk);
  return variables;
}

function readVariable(body: Decoder, hasOk: boolean): Variable {
  const name = body.text();
  const constant = body.u8() !== 0;
  try {
    if (hasOk && body.u8() === 0) throw valueError(new Problem(body.text()).at({}, name));
    return { name, constant, value: body.read(name), refusal: undefined };
  } catch (error) {
    if (!(error instanceof RhaiValueError)) throw error;
    return { name, constant, value: undefined, refusal: error };
  }
}

/** The value of a variable, or a new error that names it. */
export function valueOf({ value, refusal }: Variable): unknown {
  if (refusal === undefined) return value;
  throw new RhaiValueError(refusal.message, refusal.path);
}
