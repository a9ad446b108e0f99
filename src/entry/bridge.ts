// What `import 'rhai-bridge/bridge'` gives: the machine as a queue that is polled, for people who drive their own loop.
/// <reference lib="esnext.disposable" preserve="true" />

export {
  createBridge,
  type Bridge,
  type BridgeOptions,
  type BridgeRequest,
  type BridgeStatus,
} from '../engine/bridge.js';
