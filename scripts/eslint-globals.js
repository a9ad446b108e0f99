// The globals that the plain JavaScript scripts use; listed here instead of one more dependency.
const names = [
  'process', 'console', 'Buffer', 'URL', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate',
  'performance', 'fetch', 'AbortController', 'AbortSignal', 'queueMicrotask', 'structuredClone', 'TextDecoder', 'TextEncoder',
  'WebAssembly', 'globalThis', 'require', 'module', 'Event', 'EventTarget', 'MessageChannel', 'URLSearchParams',
];
export default Object.fromEntries(names.map((name) => [name, 'readonly']));
