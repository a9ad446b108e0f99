// The one helper of the conformance suite: every law is checked on every backend listed here.
// Order is controlled by gates that the test opens, never by sleeping and hoping.

import { afterEach, describe } from 'vitest';
import type { Backend } from '../../src/backend/core.js';
import { wasmBackend } from '../../src/backend/choose.js';
import { RhaiEngine, type EngineOptions } from '../../src/entry/node.js';
import { nextTurn } from '../../src/platform/timers.js';

/** A backend and mode under test. */
export interface Variant {
  readonly name: string;
  readonly options: EngineOptions;
  /** `createSync` works. */
  readonly isSync: boolean;
}

const native: readonly Variant[] = [
  { name: 'native', options: { backend: 'native' }, isSync: true },
  { name: 'native, never assisted', options: { backend: 'native', assistMicros: 0 }, isSync: true },
  { name: 'native, inline', options: { backend: 'native', mode: 'inline' }, isSync: true },
];
const wasm: readonly Variant[] = [
  { name: 'wasm', options: { backend: 'wasm' }, isSync: false },
  { name: 'wasm, inline', options: { backend: 'wasm', mode: 'inline' }, isSync: false },
];

/** A page has no native backend. */
export const isBrowser = 'document' in globalThis;

/** The module is built by `npm test` and on CI; while developing, its variants are skipped by name where it is not. */
const { module, problem } = await loadModule();
const isRequired =
  isBrowser ||
  process.env['RHAI_BRIDGE_PAGES'] !== undefined ||
  process.env['RHAI_BRIDGE_WASM'] === 'required';
if (problem !== undefined && isRequired) throw problem;

export const variants: readonly Variant[] = [...(isBrowser ? [] : native), ...(module ? wasm : [])];

async function loadModule(): Promise<{ module?: Backend; problem?: Error }> {
  try {
    return { module: await wasmBackend({ wasmUrl: undefined, workerUrl: undefined }) };
  } catch (error) {
    return { problem: error as Error };
  }
}

/** Where everything is slow (under a sanitizer), limits of time hold only in the tests that name them. */
const isPatient = !isBrowser && process.env['RHAI_BRIDGE_PATIENT'] !== undefined;
const PATIENT = { computeMs: 0, hostTimeoutMs: 0 };

/** An engine at once; `createSync` itself is native only. */
export function engineOn(variant: Variant, options?: EngineOptions): RhaiEngine {
  const all = { ...variant.options, ...options };
  if (isPatient) all.limits = { ...PATIENT, ...all.limits };
  return all.backend === 'wasm' ? RhaiEngine.on(module!, all) : RhaiEngine.createSync(all);
}

export type Make = (options?: EngineOptions) => RhaiEngine;

/** Declares `body` once per variant; engines it makes are disposed after each test. */
export function conformance(title: string, body: (make: Make, variant: Variant) => void): void {
  if (problem !== undefined) describe.skip(`${title} [wasm]: not built (npm run build:wasm)`, () => {});
  for (const variant of variants) {
    describe(`${title} [${variant.name}]`, () => {
      const made: RhaiEngine[] = [];
      afterEach(() => {
        for (const engine of made.splice(0)) engine.dispose();
      });
      const make: Make = (options) => {
        const engine = engineOn(variant, options);
        made.push(engine);
        return engine;
      };
      body(make, variant);
    });
  }
}

/** A promise that the test settles. */
export interface Gate<T = unknown> {
  readonly promise: Promise<T>;
  open(value: T): void;
  fail(error: unknown): void;
}

export function gate<T = unknown>(): Gate<T> {
  let open!: (value: T) => void;
  let fail!: (error: unknown) => void;
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  promise.catch(() => {});
  return { promise, open, fail };
}

/** Waits until `condition` holds, one turn of the event loop at a time. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => nextTurn(resolve));
}

/** Lets everything that can happen without timers happen. */
export async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => nextTurn(resolve));
}

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The error a promise rejects with; fails when it does not reject. */
export async function rejection(promise: Promise<unknown>): Promise<any> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) return outcome.error;
  throw new Error(`expected a rejection, got ${JSON.stringify(outcome.value)}`);
}

/** The error a function throws. */
export function thrown(call: () => unknown): any {
  let value: unknown;
  try {
    value = call();
  } catch (error) {
    return error;
  }
  throw new Error(`expected an exception, got ${String(value)}`);
}
