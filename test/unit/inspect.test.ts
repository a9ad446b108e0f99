// What a terminal and a log see: objects without their insides, errors with a code frame.
import { inspect } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { RhaiEngine, type RhaiError } from '../../src/entry/node.js';
import { createBridge } from '../../src/entry/bridge.js';

const engine = RhaiEngine.createSync();
afterAll(() => engine.dispose());

it('engines, scripts, runs, streams and executions print what they are, and nothing else', async () => {
  expect(inspect(engine)).toBe("RhaiEngine { backend: 'native', state: 'open', runs: 0 }");
  const script = engine.compile('fn add(a, b) { a + b } 1', { name: 'main.rhai' });
  expect(inspect(script)).toBe("Script { name: 'main.rhai', functions: [ 'add(a, b)' ] }");
  const run = script.run();
  expect(inspect(run)).toMatch(/^Run \{ id: \d+, state: 'running' \}$/);
  await run;
  expect(inspect(run)).toMatch(/^Run \{ id: \d+, state: 'done' \}$/);
  expect(inspect(engine.evalStream('1'))).toMatch(/^RunStream \{ id: \d+, state: 'queued' \}$/);
  const execution = engine.start('1');
  expect(inspect(execution)).toMatch(/^Execution \{ id: \d+, state: 'running' \}$/);
  execution.cancel();
  const bridge = createBridge({ engine });
  bridge.startEval('ask()');
  bridge.pollRequest();
  expect(inspect({ bridge })).toBe('{ bridge: Bridge { evals: 1, calls: 1 } }');
  bridge.dispose();
  expect(inspect(bridge)).toBe("Bridge { state: 'disposed' }");
  const other = RhaiEngine.createSync();
  other.dispose();
  expect(inspect({ other }, { depth: 5 })).toBe(
    "{ other: RhaiEngine { backend: 'native', state: 'disposed' } }",
  );
});

it('an error prints with its code and a frame of the script, and its cause; as JSON it tells where and why', async () => {
  engine.registerFunction('fails', () => {
    throw Object.assign(new TypeError('inner'), { code: 'E_INNER' });
  });
  const text = 'let a = 1;\nlet b = fails();\nb';
  const error = (await engine
    .evalAsync(text, { name: 'main.rhai' })
    .catch((thrown: unknown) => thrown)) as RhaiError;
  const printed = inspect(error);
  expect(printed).toContain('RhaiHostError [RHAI_HOST]: inner');
  expect(printed).toContain('> 2 | let b = fails();');
  expect(printed).toContain('main.rhai:2:');
  expect(printed).toContain('caused by TypeError');
  const json = JSON.parse(JSON.stringify(error));
  expect(json).toMatchObject({
    name: 'RhaiHostError',
    code: 'RHAI_HOST',
    message: 'inner',
    position: { line: 2, column: expect.any(Number) },
    script: 'main.rhai',
    functionName: 'fails',
    trace: [{ source: 'main.rhai', line: 2 }],
    cause: { name: 'TypeError', message: 'inner', code: 'E_INNER' },
  });
  expect(JSON.stringify(error)).not.toContain('/');
  const syntax = await engine.evalAsync('let a = 1;\nlet = 3').catch((thrown: unknown) => thrown);
  expect(inspect(syntax).match(/> 2 \| let = 3/g)).toHaveLength(1);
});
