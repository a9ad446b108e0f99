// Values in a buffer of their own: the version byte, then the values. Used by golden vectors, tests and snapshots.
// The alignment of packed arrays counts from the buffer's start, as everywhere.

import { MAX_DEPTH, VERSION } from './constants.js';
import { Decoder } from './decode.js';
import { DecodeContext } from './decode-context.js';
import { Encoder } from './encode.js';
import type { HandleSource } from './handles.js';
import { NO_LIMITS, type ValueLimits } from './limits.js';
import { MalformedRecord, valueError } from './problem.js';
import { OutShapes } from './shapes.js';
import { Views } from './views.js';

/** The bytes of `values`; throws RhaiValueError or RhaiLimitError. */
export function encodeValues(
  values: readonly unknown[],
  limits: ValueLimits = NO_LIMITS,
  handles?: HandleSource,
): Uint8Array {
  const encoder = new Encoder(new Views(new ArrayBuffer(0)), new OutShapes(), undefined, handles);
  encoder.openScratch();
  encoder.limits = limits;
  try {
    encoder.byte(VERSION);
    for (const value of values) encoder.encode(value);
  } catch (error) {
    throw valueError(error);
  }
  return encoder.bytes().slice();
}

/** A context for bytes from outside: nothing about them is believed. */
export function strictContext(maxDepth = MAX_DEPTH): DecodeContext {
  const context = new DecodeContext();
  context.strict = true;
  context.maxDepth = maxDepth;
  return context;
}

/** The values in `bytes`; throws MalformedRecord for anything that is not an encoding. */
export function decodeValues(bytes: Uint8Array, context = strictContext()): unknown[] {
  const copy = new ArrayBuffer((bytes.length + 7) & ~7);
  new Uint8Array(copy).set(bytes);
  const decoder = new Decoder(new Views(copy), context);
  decoder.open(0, bytes.length);
  context.startBatch();
  if (decoder.u8() !== VERSION) throw new MalformedRecord('unknown version');
  const values: unknown[] = [];
  while (decoder.p < bytes.length) values.push(decoder.read());
  return values;
}
