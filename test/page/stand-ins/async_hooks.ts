// Browsers have no async contexts: the tests that need one ask `engine.capabilities.asyncContext` first.

export class AsyncLocalStorage {
  constructor() {
    throw new Error('there is no AsyncLocalStorage in a browser');
  }
}
