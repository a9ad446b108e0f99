// Every error class, and the helpers that make them readable. By name: a bundle may have the classes in another file.
export { RhaiError, type ErrorCode, type ErrorDetails, type Position, type TraceFrame } from './base.js';
export {
  RhaiAsyncFunctionError,
  RhaiCancelledError,
  RhaiDisposedError,
  RhaiHostError,
  RhaiInternalError,
  RhaiLimitError,
  RhaiRuntimeError,
  RhaiSyntaxError,
  RhaiTimeoutError,
  RhaiValueError,
  type RuntimeDetails,
  type Spent,
} from './classes.js';
export { RhaiWarning, type WarningCode } from './warning.js';
export { codeFrame } from './frame.js';
export { crossable, describe, safeString, type Described } from './describe.js';
