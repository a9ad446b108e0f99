// Stacks join both sides, innermost first: host functions, the script, whoever called `eval`; nothing of ours between.
import { expect, it } from 'vitest';
import { conformance, rejection, thrown } from './backend.js';

/** The functions of a stack's frames. */
const framesOf = (error: Error): string[] =>
  (error.stack ?? '').split('\n').flatMap((line) => /^ {4}at (?:async )?([\w.<>]+) \(/.exec(line)?.[1] ?? []);

conformance('stacks', (make) => {
  it('a stack joins host functions, scripts and the caller of eval in order, also when they nest', () => {
    const engine = make();
    function fails(): never {
      throw new Error('deep');
    }
    engine.registerFunction('host', function host() {
      fails();
    });
    engine.registerFunction('nested', function nested() {
      return engine.eval('fn inner() { host() }\ninner()');
    });
    function caller(): unknown {
      return engine.eval('fn outer() { nested() }\nouter()');
    }
    const error = thrown(caller);
    const script = error.trace.at(-1).function || '<script>';
    expect(framesOf(error).slice(0, 8)).toEqual([
      'fails',
      'host',
      'inner',
      script,
      'nested',
      'outer',
      script,
      'caller',
    ]);
  });

  it('the stack of a background run joins the async host function and the script, and nothing of ours', async () => {
    async function fails(): Promise<never> {
      await null;
      throw new Error('deep');
    }
    const engine = make().registerFunction('host', async function host() {
      await fails();
    });
    const error = await rejection(engine.evalAsync('fn inner() { host() }\ninner()'));
    expect(framesOf(error).slice(0, 3)).toEqual(['fails', 'host', 'inner']);
    expect(error.stack.split('\n').at(-1)).toContain('(script:2:1)');
    expect(error.cause.stack).not.toContain('script:');
  });
});
