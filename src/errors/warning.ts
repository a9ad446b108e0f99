// RhaiWarning: what is no error of any run, but that somebody should know.

/** Which kind of thing it is. */
export type WarningCode =
  /** Many host calls wait for `concurrency` or `maxPendingRequests`. */
  | 'RHAI_CALLS_PILE_UP'
  /** Many runs wait for `maxConcurrentRuns`. */
  | 'RHAI_RUNS_PILE_UP'
  /** A host function goes on although nobody waits for it: it does not look at its `signal`. */
  | 'RHAI_CALL_ABANDONED'
  /** The engine runs on another backend than the best one. */
  | 'RHAI_BACKEND_FALLBACK';

/** What `onWarning` gets. */
export class RhaiWarning extends Error {
  readonly code: WarningCode;
  /** The host function it is about. */
  readonly functionName: string | undefined;
  constructor(code: WarningCode, message: string, functionName?: string) {
    super(message);
    this.code = code;
    this.functionName = functionName;
  }
}

Object.defineProperty(RhaiWarning.prototype, 'name', { value: 'RhaiWarning', configurable: true });
