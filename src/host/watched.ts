// A host call while somebody listens to `rhai-bridge:call`: its start is told, and it runs in the listener's context.

import { callWatch } from '../trace/channels.js';
import type { HostCall } from './call.js';
import type { HostHandler } from './functions.js';

export function watched(call: HostCall, handler: HostHandler): HostHandler {
  const { owner, requestId, fn } = call;
  return (...args) => {
    const message = {
      runId: owner.id,
      requestId,
      functionName: fn.name,
      args: fn.context ? args.slice(1) : args,
    };
    return callWatch().begin(message, (told) => {
      call.told = told;
      return handler(...args);
    });
  };
}
