// The limits that the codec itself checks while it copies, each in O(1) per value; 0 = unlimited.
// The core checks the same limits inside the script: here they stop a value before it is copied.

import { RhaiLimitError } from '../errors/index.js';
import { MAX_DEPTH } from './constants.js';

export interface ValueLimits {
  readonly maxStringBytes: number;
  readonly maxArrayLength: number;
  readonly maxMapSize: number;
  readonly maxValueDepth: number;
  readonly maxMemoryBytes: number;
}

/** A record larger than this is refused even without a limit: sizes are u32 and buffers are finite. */
const MAX_RECORD_BYTES = 0x4000_0000;

export const NO_LIMITS: ValueLimits = {
  maxStringBytes: 0,
  maxArrayLength: 0,
  maxMapSize: 0,
  maxValueDepth: 0,
  maxMemoryBytes: 0,
};

export function depthLimit(limits: ValueLimits): number {
  const depth = limits.maxValueDepth;
  return depth === 0 || depth > MAX_DEPTH ? MAX_DEPTH : depth;
}

export function recordLimit(limits: ValueLimits): number {
  const bytes = limits.maxMemoryBytes;
  return bytes === 0 || bytes > MAX_RECORD_BYTES ? MAX_RECORD_BYTES : bytes;
}

export function overLimit(name: keyof ValueLimits, value: number): RhaiLimitError {
  return new RhaiLimitError(`A value that enters the script is larger than ${name} (${value}).`, name, value);
}

/** Throws when `size` is over the limit. */
export function checkSize(
  limits: ValueLimits,
  name: 'maxStringBytes' | 'maxArrayLength' | 'maxMapSize',
  size: number,
): void {
  const limit = limits[name];
  if (limit !== 0 && size > limit) throw overLimit(name, limit);
}
