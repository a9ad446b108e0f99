// What `import 'rhai-bridge'` gives in Node. Nothing is loaded or started by importing.
/// <reference lib="esnext.disposable" preserve="true" />

export { RhaiEngine } from '../engine/engine.js';
export * from './names.js';
