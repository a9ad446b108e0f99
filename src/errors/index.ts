// Every error class, and the helpers that make them readable.
export * from './base.js';
export * from './classes.js';
export * from './warning.js';
export { codeFrame } from './frame.js';
export { crossable, describe, safeString, type Described } from './describe.js';
