// A host function whose arguments and result are checked by validators: a wrapper around the user's function, made when
// it is registered. Functions without validators are not wrapped and pay nothing.

import type { Param, ParamType } from '../schema/params.js';
import { isSchema, type AnySchema } from '../schema/standard.js';
import { validated } from '../schema/validate.js';
import type { HostHandler } from './functions.js';
import { promiseOf } from './thenable.js';

/** `handler`, or a wrapper that asks the validators first and last. */
export function checkedHandler(
  name: string,
  handler: HostHandler,
  params: readonly Param[] | undefined,
  returns: ParamType | undefined,
  context: boolean,
): HostHandler {
  const checks = checksOf(name, params ?? [], context ? 1 : 0);
  const finish = isSchema(returns) ? resultCheck(name, returns) : undefined;
  if (checks.length === 0 && finish === undefined) return handler;
  return (...args) => {
    const pending = checkArguments(checks, args);
    const call = (): unknown => {
      const result = handler(...args);
      return finish === undefined ? result : finish(result);
    };
    return pending === undefined ? call() : afterwards(pending, call);
  };
}

interface Check {
  readonly index: number;
  readonly schema: AnySchema;
  readonly subject: string;
  readonly position: number;
}

function checksOf(name: string, params: readonly Param[], offset: number): Check[] {
  return params.flatMap(({ name: param, type }, position) =>
    isSchema(type)
      ? [{ index: position + offset, schema: type, subject: `Argument '${param}' of ${name}`, position }]
      : [],
  );
}

/** Puts the validators' values into `args`; a promise when one of them takes its time. */
function checkArguments(checks: readonly Check[], args: unknown[]): Promise<unknown> | undefined {
  let waiting: Promise<unknown>[] | undefined;
  for (const { index, schema, subject, position } of checks) {
    const value = validated(schema, args[index], subject, [position]);
    if (value instanceof Promise) (waiting ??= []).push(value.then((late) => (args[index] = late)));
    else args[index] = value;
  }
  return waiting && Promise.all(waiting);
}

async function afterwards(pending: Promise<unknown>, call: () => unknown): Promise<unknown> {
  await pending;
  return call();
}

function resultCheck(name: string, schema: AnySchema): (result: unknown) => unknown {
  const check = (value: unknown): unknown => validated(schema, value, `The result of ${name}`);
  const later = async (promise: Promise<unknown>): Promise<unknown> => check(await promise);
  return (result) => {
    const promise = promiseOf(result);
    return promise === undefined ? check(result) : later(promise);
  };
}
