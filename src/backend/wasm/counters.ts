// The counters of a core with their names, and the one that lives on this side of the border.

import type { CoreSide } from './core-side.js';

export function named(
  names: readonly string[],
  values: ArrayLike<number>,
  { sideBuffers }: CoreSide,
): Record<string, number> {
  const counters = Object.fromEntries(names.map((name, index) => [name, values[index] ?? 0]));
  return { ...counters, sideBuffers };
}
