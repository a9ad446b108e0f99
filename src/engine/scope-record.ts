// Variables of a scope as records carry them: name, constant, value; a variable that cannot leave its core has a reason.

import { Problem, valueError } from '../protocol/problem.js';
import type { Decoder } from '../protocol/decode.js';

export interface Variable {
  readonly name: string;
  readonly constant: boolean;
  readonly value: unknown;
  /** Why its value could not be told. */
  readonly refusal: string | undefined;
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
  if (hasOk && body.u8() === 0) return { name, constant, value: undefined, refusal: body.text() };
  try {
    return { name, constant, value: body.read(), refusal: undefined };
  } catch (error) {
    return { name, constant, value: undefined, refusal: (error as Error).message };
  }
}

/** The value of a variable, or the error that names it. */
export function valueOf(variable: Variable): unknown {
  if (variable.refusal === undefined) return variable.value;
  throw valueError(new Problem(variable.refusal).at({}, variable.name));
}
