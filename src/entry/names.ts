// Everything that the package's entries give beside RhaiEngine itself: types, errors, and the values that cross.

export type { Run } from '../engine/run.js';
export type { Execution, ExecutionReply, ExecutionRequest, ExecutionStep } from '../engine/execution.js';
export type { RunStream } from '../engine/stream.js';
export type { RhaiFunction } from '../engine/script-functions.js';
export type { RunState, RunStats } from '../engine/task.js';
export type { Script } from '../engine/script.js';
export type { Analysis, Diagnostic, FunctionInfo, Located } from '../engine/analysis.js';
export type { CloseOptions } from '../engine/close.js';
export type { EngineStats, PendingCall } from '../engine/stats.js';
export type { Capabilities } from '../backend/core.js';
export type {
  ContextHandler,
  FunctionOptions,
  HostHandler,
  PlainOptions,
  TypedHandler,
} from '../host/functions.js';
export type { ModuleMembers, ModuleOptions } from '../host/modules.js';
export type { Definitions } from '../engine/definitions/index.js';
export type { Params, ParamType, TypeName } from '../schema/params.js';
export type { AnySchema, InputOf, OutputOf, SchemaIssue, StandardSchema } from '../schema/standard.js';
export type { HostCallContext } from '../host/context.js';
export type {
  DebugListener,
  DebugPosition,
  EngineOptions,
  EvalOptions,
  ModuleResolver,
  ExecutionOptions,
  PrintListener,
  RunOptions,
  StreamOptions,
  WithSchema,
} from '../options/engine.js';
export { secureDefaults, strict, unlimited, type Limits } from '../options/limits.js';
export { HostObject, type HostObjectOptions } from '../protocol/host-object.js';
export { RhaiChar, RhaiFloat, RhaiRange, RhaiTimestamp } from '../protocol/wrappers.js';
export type { TraceEvent, TraceListener } from '../trace/trace.js';
export {
  RhaiAsyncFunctionError,
  RhaiCancelledError,
  RhaiDisposedError,
  RhaiError,
  RhaiHostError,
  RhaiInternalError,
  RhaiLimitError,
  RhaiRuntimeError,
  RhaiSyntaxError,
  RhaiTimeoutError,
  RhaiValueError,
  RhaiWarning,
  type ErrorCode,
  type Position,
  type Spent,
  type TraceFrame,
  type WarningCode,
} from '../errors/index.js';
