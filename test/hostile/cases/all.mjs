// Every hostile input, in the order of its number.
import cpu from './cpu.mjs';
import memory from './memory.mjs';
import numbers from './numbers.mjs';
import parse from './parse.mjs';
import stack from './stack.mjs';

export const CASES = [...cpu, ...stack, ...parse, ...memory, ...numbers].map((entry, id) => ({
  id,
  ...entry,
}));
