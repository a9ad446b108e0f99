// Golden bytes: the file that the Rust codec reads too. Neither side can change alone.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DecodeContext } from '../../src/protocol/decode-context.js';
import { bindHandle, type HandleSource } from '../../src/protocol/handles.js';
import { HostObject } from '../../src/protocol/host-object.js';
import { MalformedRecord } from '../../src/protocol/problem.js';
import { decodeValues, encodeValues, strictContext } from '../../src/protocol/standalone.js';
import { RhaiChar, RhaiFloat, RhaiRange, RhaiTimestamp } from '../../src/protocol/wrappers.js';

type Tagged = Record<string, any>;
interface Vector {
  name: string;
  rust: boolean;
  ts?: boolean;
  values: Tagged[];
  hex: string;
}
const file = JSON.parse(readFileSync(new URL('../vectors/values.json', import.meta.url), 'utf8')) as {
  values: Vector[];
  bad: { name: string; hex: string }[];
};

class Handle {
  constructor(
    readonly kind: string,
    readonly parts: unknown[],
  ) {}
}

const home: HandleSource = {
  get home() {
    return home;
  },
  objectHandle: (object) => (object.target as { handle: number }).handle,
  objectsSent: () => undefined,
};

function userObject(handle: number): HostObject {
  const target = { handle, id: 1, age: 2, greet: () => 'hi' };
  return new HostObject(target, { type: 'User', properties: ['id'], writable: ['age'], methods: ['greet'] });
}

/** A script's function as the host holds it. */
function held(slot: number, generation: number): object {
  const fn = (): void => undefined;
  bindHandle(fn, { home, slot, generation, disposed: false });
  return fn;
}

function vectorContext(depth?: number): DecodeContext {
  const context = strictContext(depth);
  context.handles = {
    functionFor: (...parts) => new Handle('function', parts),
    functionUnread: () => undefined,
    objectFor: (...parts) => new Handle('hostObject', parts),
    errorFor: (...parts) => new Handle('hostError', parts),
  };
  return context;
}

/** `'in'`: as a host function would write it; `'out'`: as a script's value arrives. */
function js(tagged: Tagged, way: 'in' | 'out' | 'unnamed'): unknown {
  const [tag, x] = Object.entries(tagged)[0]!;
  switch (tag) {
    case 'unit':
      return null;
    case 'int':
      return Number.isSafeInteger(Number(x)) ? Number(x) : BigInt(x);
    case 'float': {
      const value = x === 'inf' ? Infinity : x === '-inf' ? -Infinity : Number(x);
      return way === 'in' ? RhaiFloat(value) : value;
    }
    case 'repeat':
      return x[0].repeat(x[1]);
    case 'char':
      return way === 'in' ? RhaiChar(x) : x;
    case 'array':
      return x.map((item: Tagged) => js(item, way));
    case 'map':
      return Object.fromEntries(x.map(([key, item]: [string, Tagged]) => [key, js(item, way)]));
    case 'blob':
      return Uint8Array.from(Buffer.from(x, 'hex'));
    case 'range': {
      const [start, end] = [x[0], x[1]].map((n) => js({ int: n }, way) as number);
      return RhaiRange(start!, end!, x[2]);
    }
    case 'timestamp':
      return RhaiTimestamp(Number(x));
    case 'hostObject':
      return way === 'out' ? new Handle('hostObject', [x]) : userObject(x);
    case 'function':
      return way === 'in'
        ? held(x[0], x[1])
        : new Handle('function', [...x.slice(0, 2), way === 'out' ? x[2] : '']);
    case 'hostError':
      return new Handle('hostError', x);
    default:
      return x;
  }
}

describe('golden bytes', () => {
  for (const vector of file.values) {
    // The host writes a function without its name: the core knows it.
    const named = vector.name !== 'function as the host writes it';
    it(`decode: ${vector.name}`, () => {
      const values = decodeValues(Buffer.from(vector.hex, 'hex'), vectorContext());
      expect(values).toStrictEqual(vector.values.map((value) => js(value, named ? 'out' : 'unnamed')));
    });
    if (vector.ts) {
      it(`encode: ${vector.name}`, () => {
        const values = vector.values.map((value) => js(value, 'in'));
        expect(Buffer.from(encodeValues(values, undefined, home)).toString('hex')).toBe(vector.hex);
      });
    }
    const floatsInArrays = vector.name.includes('packed') || vector.hex.includes('0c08000000');
    const hasHandles = /host (error|object)|function/.test(vector.name);
    if (!vector.rust || hasHandles || floatsInArrays) continue;
    it(`encode: ${vector.name}`, () => {
      const bytes = encodeValues(vector.values.map((value) => js(value, 'in')));
      const again = decodeValues(bytes, vectorContext());
      expect(again).toStrictEqual(vector.values.map((value) => js(value, 'out')));
      if (!vector.hex.startsWith('0109ffffffff') && !/ascii|two-byte|sort by bytes/.test(vector.name)) {
        expect(Buffer.from(bytes).toString('hex')).toBe(vector.hex);
      }
    });
  }
  for (const bad of file.bad.filter(({ name }) => !name.startsWith('function from'))) {
    it(`refuse: ${bad.name}`, () => {
      expect(() => decodeValues(Buffer.from(bad.hex, 'hex'), vectorContext(128))).toThrow(MalformedRecord);
    });
  }
});
