// What the type checker must know: these tests fail in `npm run check` (ts:types), not at run time.
import { expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  RhaiEngine,
  type Analysis,
  type ErrorCode,
  type Execution,
  type HostCallContext,
  type RhaiError,
  type RhaiHostError,
  type RhaiLimitError,
  type RhaiTimeoutError,
  type Run,
  type RunStream,
  type Script,
} from '../../src/entry/node.js';

const engine = RhaiEngine.createSync();
const User = z.object({ name: z.string() });

it('results have the type that is asked for, or that their schema says', () => {
  expectTypeOf(() => engine.evalAsync('1')).returns.toEqualTypeOf<Run<unknown>>();
  expectTypeOf(() => engine.evalAsync<number>('1')).returns.toEqualTypeOf<Run<number>>();
  expectTypeOf(() => engine.evalAsync<number>('1', { timeoutMs: 5 })).returns.toEqualTypeOf<Run<number>>();
  expectTypeOf(() => engine.evalAsync('1', { schema: User })).returns.toEqualTypeOf<Run<{ name: string }>>();
  expectTypeOf(() => engine.eval('1', { schema: z.coerce.number() })).returns.toEqualTypeOf<number>();
  expectTypeOf(() => engine.evalStream<number>('1')).returns.toEqualTypeOf<RunStream<number>>();
  expectTypeOf(() => engine.evalStream('1', { schema: User })).returns.toEqualTypeOf<
    RunStream<{ name: string }>
  >();
  expectTypeOf(() => engine.start<number>('1')).returns.toEqualTypeOf<Execution<number>>();
  expectTypeOf(() => engine.call('', 'f', [], { schema: User })).returns.toEqualTypeOf<
    Run<{ name: string }>
  >();
  expectTypeOf((script: Script) => script.run({ schema: User })).returns.toEqualTypeOf<
    Run<{ name: string }>
  >();
  expectTypeOf<Awaited<Run<number>>>().toEqualTypeOf<number>();
});

it('a list of validators and types types the host function', () => {
  engine.registerFunction(
    'typed',
    (user, count, flag, blob, other) => {
      expectTypeOf(user).toEqualTypeOf<{ name: string }>();
      expectTypeOf(count).toEqualTypeOf<number>();
      expectTypeOf(flag).toEqualTypeOf<boolean>();
      expectTypeOf(blob).toEqualTypeOf<Uint8Array>();
      expectTypeOf(other).toBeAny();
      return Promise.resolve('text');
    },
    { params: [User, ['count', z.coerce.number()], 'bool', 'blob', 'Something'], returns: z.string() },
  );
  // @ts-expect-error the result is not what the validator takes
  engine.registerFunction('wrong', () => 5, { returns: z.string() });
  // @ts-expect-error the argument is not what the validator gives
  engine.registerFunction('wrong', (text: string) => text, { params: [z.number()] });
});

it('a context is typed when it is asked for', () => {
  engine.registerFunction('a', (context) => expectTypeOf(context).toEqualTypeOf<HostCallContext>(), {
    context: true,
  });
  engine.registerFunction(
    'b',
    (context, n) => {
      expectTypeOf(context).toEqualTypeOf<HostCallContext>();
      expectTypeOf(n).toEqualTypeOf<number>();
    },
    { context: true, params: [z.number()] },
  );
});

it('the engine of a context is an engine, and a function that asks for a context takes it first', () => {
  engine.registerFunction('a', (context) => expectTypeOf(context.engine.eval('1')).toBeUnknown(), {
    context: true,
  });
  expectTypeOf<HostCallContext['engine']['evalAsync']>().toEqualTypeOf<RhaiEngine['evalAsync']>();
  expectTypeOf<RhaiEngine>().toExtend<HostCallContext['engine']>();
  // @ts-expect-error the first argument is the context
  engine.registerFunction('b', (n: number) => n, { context: true });
});

it('an object of any type may be a scope or a module', () => {
  interface Cart {
    items: number;
  }
  const cart: Cart = { items: 1 };
  expectTypeOf(() => engine.evalAsync<number>('1', { scope: cart })).returns.toEqualTypeOf<Run<number>>();
  void engine.registerModule('cart', cart);
  // @ts-expect-error a number is no scope
  void (() => engine.evalAsync('1', { scope: 5 }));
});

it('a Script is taken where a text is', () => {
  expectTypeOf((script: Script) => engine.compile(script)).returns.toEqualTypeOf<Script>();
  expectTypeOf((script: Script) => engine.analyze(script)).returns.toEqualTypeOf<Analysis>();
  expectTypeOf((script: Script) => script.call('f', [], { schema: User })).returns.toEqualTypeOf<
    Run<{ name: string }>
  >();
});

it('codes of errors are words that the compiler knows', () => {
  expectTypeOf<RhaiTimeoutError['code']>().toEqualTypeOf<'RHAI_TIMEOUT'>();
  expectTypeOf<RhaiHostError['code']>().toEqualTypeOf<'RHAI_HOST'>();
  expectTypeOf<RhaiTimeoutError>().toExtend<RhaiLimitError>();
  expectTypeOf<RhaiError['code']>().toEqualTypeOf<ErrorCode>();
  // @ts-expect-error no such code
  void ((error: RhaiError) => error.code === 'RHAI_TIME_OUT');
});

it('functions without validators are free, and may mention what is made with them', () => {
  const other = RhaiEngine.createSync().registerFunction('f', (a: number, b: string) => other.eval(b + a));
  expectTypeOf(other).toEqualTypeOf<RhaiEngine>();
  engine.registerFunction('g', async (...args: unknown[]) => args.length, {
    doc: 'Counts.',
    params: { a: 'int' },
  });
});

it('wrong options are found', () => {
  // @ts-expect-error no such option
  void (() => engine.evalAsync('1', { timeout: 5 }));
  // @ts-expect-error not a validator
  void (() => engine.evalAsync('1', { schema: {} }));
  // @ts-expect-error eval cannot be aborted
  void (() => engine.eval('1', { signal: new AbortController().signal }));
});
