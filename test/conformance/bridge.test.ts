// The bridge: evals and host calls as numbers, everything polled, nothing outside of its methods.
import { afterEach, describe, expect, it } from 'vitest';
import { createBridge, type Bridge, type BridgeOptions, type BridgeStatus } from '../../src/entry/bridge.js';
import { RhaiCancelledError, RhaiDisposedError } from '../../src/entry/node.js';
import { engineOn, turns, variants } from './backend.js';

for (const variant of variants) {
  describe(`bridges [${variant.name}]`, () => {
    const made: Bridge[] = [];
    afterEach(() => {
      for (const bridge of made.splice(0)) bridge.dispose();
    });
    /** Where `createSync` does not work, a bridge is made on an engine. */
    const onEngine = ({ fuelPerPoll, engine, ...rest }: BridgeOptions = {}): BridgeOptions => ({
      fuelPerPoll,
      engine: engine ?? engineOn(variant, rest),
    });
    const make = (options?: BridgeOptions): Bridge => {
      const isOwn = variant.isSync && options?.engine === undefined;
      const bridge = createBridge(isOwn ? { ...variant.options, ...options } : onEngine(options));
      made.push(bridge);
      return bridge;
    };

    /** Answers every request until the eval is over. */
    function drive(
      bridge: Bridge,
      evalId: number,
      answer: (name: string, args: readonly unknown[]) => unknown,
    ) {
      for (;;) {
        const status: BridgeStatus = bridge.pollEval(evalId);
        if (status.status !== 0) return status;
        for (let request = bridge.pollRequest(); request !== null; request = bridge.pollRequest())
          expect(bridge.provideResult(request.execId, answer(request.functionName, request.args))).toBe(0);
      }
    }

    it('an eval ends with status 1 and its value after its calls were answered', () => {
      const bridge = make();
      const evalId = bridge.startEval('fetch("a") + fetch("b") + 1');
      expect(bridge.pollEval(evalId)).toEqual({ status: 0 });
      const request = bridge.pollRequest()!;
      expect(request).toEqual({ execId: expect.any(Number), evalId, functionName: 'fetch', args: ['a'] });
      expect(bridge.pollRequest()).toBeNull();
      expect(bridge.provideResult(request.execId, 20)).toBe(0);
      expect(drive(bridge, evalId, () => 21)).toEqual({ status: 1, value: 42 });
      expect(bridge.pollEval(evalId)).toEqual({ status: 1, value: 42 });
      expect(bridge.pollRequest()).toBeNull();
    });

    it('an eval that fails has status 2 and its error; a result with an error key is a result', () => {
      const bridge = make();
      const failing = bridge.startEval('throw "no"');
      expect(bridge.pollEval(failing)).toMatchObject({ status: 2, error: { value: 'no' } });
      expect(bridge.pollEval(bridge.startEval('let ='))).toMatchObject({
        status: 2,
        error: { name: 'RhaiSyntaxError' },
      });
      const evalId = bridge.startEval('f()');
      expect(drive(bridge, evalId, () => ({ error: 'just a map' }))).toEqual({
        status: 1,
        value: { error: 'just a map' },
      });
    });

    it('a call may fail, and the script may catch that', () => {
      const bridge = make();
      const evalId = bridge.startEval('let m = (); try { f() } catch (e) { m = e.message } m');
      const { execId } = bridge.pollRequest()!;
      expect(bridge.provideError(execId, new Error('broken'))).toBe(0);
      expect(bridge.pollEval(evalId)).toEqual({ status: 1, value: 'broken' });
    });

    it('an answer to nothing is -1: unknown, answered twice, cancelled', () => {
      const bridge = make();
      expect(bridge.provideResult(77, 1)).toBe(-1);
      const evalId = bridge.startEval('f() + f()');
      const first = bridge.pollRequest()!;
      expect(bridge.provideResult(first.execId, 1)).toBe(0);
      expect(bridge.provideResult(first.execId, 1)).toBe(-1);
      const second = bridge.pollRequest()!;
      expect(bridge.cancelEval(evalId, 'why')).toBe(0);
      expect(bridge.cancelEval(evalId)).toBe(-1);
      expect(bridge.provideResult(second.execId, 1)).toBe(-1);
      const end = bridge.pollEval(evalId) as { status: number; error: RhaiCancelledError };
      expect([end.status, end.error.reason]).toEqual([2, 'why']);
      expect(end.error).toBeInstanceOf(RhaiCancelledError);
    });

    it('a request of a cancelled eval is not handed out', () => {
      const bridge = make();
      const [a, b] = [bridge.startEval('f("a")'), bridge.startEval('f("b")')];
      bridge.pollEval(a);
      bridge.pollEval(b);
      bridge.cancelEval(a);
      expect(bridge.pollRequest()!.evalId).toBe(b);
      expect(bridge.pollRequest()).toBeNull();
    });

    it('a hundred evals take turns, and one that computes does not hold the others back', () => {
      const bridge = make({ fuelPerPoll: 500 });
      const busy = bridge.startEval('let n = 0; while n < 100000 { n += 1 } n');
      const evals = Array.from({ length: 100 }, (_, n) => bridge.startEval(`f(${n}) * 2`));
      const seen = new Map<number, number>();
      while (seen.size < 100) {
        const request = bridge.pollRequest();
        if (request === null) continue;
        seen.set(request.evalId, request.args[0] as number);
        bridge.provideResult(request.execId, request.args[0]);
      }
      expect(bridge.pollEval(busy)).toEqual({ status: 0 });
      expect(evals.map((id) => bridge.pollEval(id))).toEqual(
        evals.map((_, n) => ({ status: 1, value: n * 2 })),
      );
      expect(drive(bridge, busy, () => 0)).toEqual({ status: 1, value: 100_000 });
    });

    it('two bridges have two queues', () => {
      const [one, two] = [make(), make()];
      const a = one.startEval('f("one")');
      const b = two.startEval('f("two")');
      expect(a).toBe(b);
      expect(one.pollRequest()!.args).toEqual(['one']);
      expect(one.pollRequest()).toBeNull();
      expect(two.pollRequest()!.args).toEqual(['two']);
    });

    it('nothing happens outside of its methods', async () => {
      const printed: string[] = [];
      const bridge = make({ onPrint: (text) => printed.push(text) });
      const evalId = bridge.startEval('print("now"); f()');
      await turns();
      expect(printed).toEqual([]);
      expect(bridge.pollEval(evalId)).toEqual({ status: 0 });
      expect(printed).toEqual(['now']);
    });

    it('an engine may be given; then its scope is used and it lives on', () => {
      const engine = engineOn(variant).setVar('x', 5);
      const bridge = make({ engine });
      expect(bridge.pollEval(bridge.startEval('x * 2'))).toEqual({ status: 1, value: 10 });
      const open = bridge.startEval('f()');
      bridge.dispose();
      expect(bridge.pollEval(open)).toMatchObject({ status: 2, error: { name: 'RhaiDisposedError' } });
      expect(() => bridge.startEval('1')).toThrow(RhaiDisposedError);
      expect(engine.eval('x')).toBe(5);
      engine.dispose();
    });

    it('after dispose evals have failed, and none starts', () => {
      const bridge = make();
      const evalId = bridge.startEval('f()');
      bridge.pollRequest();
      bridge.dispose();
      const end = bridge.pollEval(evalId) as { error: unknown };
      expect(end.error).toBeInstanceOf(RhaiDisposedError);
      expect(bridge.pollRequest()).toBeNull();
      expect(() => bridge.startEval('1')).toThrow(RhaiDisposedError);
    });

    it('wrong arguments throw at once (71)', () => {
      expect(() => make({ fuelPerPoll: 0 })).toThrow(RangeError);
      expect(() => make({ fuelPerPoll: '5' as never })).toThrow(TypeError);
      expect(() => make({ typo: 1 } as never)).toThrow(TypeError);
      const bridge = make();
      expect(() => bridge.pollEval(99)).toThrow(RangeError);
      expect(() => bridge.startEval(5 as never)).toThrow(TypeError);
      expect(bridge.cancelEval(99)).toBe(-1);
    });
  });
}
