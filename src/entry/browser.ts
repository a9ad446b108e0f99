// What `import 'rhai-bridge'` gives in a browser, and `import 'rhai-bridge/browser'` everywhere: the same names as in
// Node. Nothing here needs a module of Node's, so it loads from a plain <script type="module"> as from any bundler.
/// <reference lib="esnext.disposable" preserve="true" />

export { RhaiEngine } from './page-engine.js';
export * from './names.js';
