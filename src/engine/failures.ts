// From the core's FAILED map to the error a caller sees: one class per reaction, with position, trace and the very cause.
// The map comes from the core, so a field of the wrong type is read as absent, never trusted.

import {
  RhaiCancelledError,
  RhaiDisposedError,
  RhaiHostError,
  RhaiInternalError,
  RhaiLimitError,
  RhaiRuntimeError,
  RhaiSyntaxError,
  RhaiTimeoutError,
  RhaiValueError,
  type ErrorDetails,
  type Spent,
  type TraceFrame,
} from '../errors/index.js';
import { codeFrame } from '../errors/frame.js';
import type { ErrorTable } from '../host/errors.js';
import type { Task } from './task.js';

type Fields = Record<string, unknown>;

const text = (value: unknown, fallback = ''): string => (typeof value === 'string' ? value : fallback);
const number = (value: unknown, fallback = 0): number =>
  typeof value === 'number' || typeof value === 'bigint' ? Number(value) : fallback;
const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

function spentOf(value: unknown): Spent {
  const spent = fields(value);
  return {
    scriptMs: number(spent['scriptMs']),
    hostMs: number(spent['hostMs']),
    queueMs: number(spent['queueMs']),
  };
}

function traceOf(value: unknown): TraceFrame[] {
  if (!Array.isArray(value)) return [];
  return value.map(fields).map((frame) => ({
    function: text(frame['function']),
    source: text(frame['source']),
    line: number(frame['line']),
    column: number(frame['column']),
  }));
}

function detailsOf(map: Fields, task: Task): ErrorDetails {
  const line = number(map['line']);
  const column = number(map['column']);
  const source = text(map['source']) || task.program.name;
  return {
    position: line > 0 ? { line, column } : undefined,
    script: source || undefined,
    text: source === task.program.name ? task.program.source : undefined,
    trace: traceOf(map['trace']),
  };
}

/** A syntax error whose message shows the line. */
export function syntaxError(
  message: string,
  line: number,
  column: number,
  source: string,
  script: string,
  trace: readonly TraceFrame[] = [],
): RhaiSyntaxError {
  const frame = codeFrame(source, line, column);
  const whose =
    trace.length > 0 ? ` of ${script === 'eval' ? 'a text given to eval' : `module '${script}'`}` : '';
  const where = line > 0 ? ` (line ${line}, column ${column}${whose})` : whose;
  return new RhaiSyntaxError(`${message}${where}${frame && '\n' + frame}`, line, column, source, {
    script: script || undefined,
    trace,
  });
}

function hostError(map: Fields, details: ErrorDetails, errors: ErrorTable): RhaiHostError {
  const handle = number(map['error'], -1);
  const message = text(map['message'], 'A host function failed.');
  const cause = errors.has(handle)
    ? errors.get(handle)
    : fields(map['value']) instanceof Error
      ? map['value']
      : new Error(message);
  const facts = { ...details, cause, kind: text(map['class'], 'HostError'), value: cause };
  return new RhaiHostError(message, text(map['function']), facts);
}

/** The machine says what was too large; which option says so is said here. */
function limitError(message: string, limit: string, value: number, details: ErrorDetails): RhaiLimitError {
  const said = message.includes(limit) ? message : `${message} (${limit} is ${value})`;
  return new RhaiLimitError(said, limit, value, details);
}

function timeoutError(map: Fields, message: string, details: ErrorDetails): RhaiTimeoutError {
  const where = map['where'] === 'host' || map['where'] === 'queue' ? map['where'] : 'script';
  const ms = number(map['ms'], number(map['limitValue']));
  const waitedFor = text(map['function']);
  return new RhaiTimeoutError(
    where === 'host' && waitedFor !== '' ? message.replace(/\)$/, ` function '${waitedFor}')`) : message,
    text(map['limit'], 'timeoutMs'),
    ms,
    where,
    spentOf(map['spent']),
    details,
  );
}

/** The failure of a run whose time was up before its turn came. */
export function lateInQueue(task: Task): RhaiTimeoutError {
  const { timeoutMs } = task.limits;
  const { name, source } = task.program;
  const spent = { scriptMs: 0, hostMs: 0, queueMs: performance.now() - task.options.queuedAtMs };
  const text = `timed out after ${timeoutMs} ms (timeoutMs, in the queue)`;
  const details = { script: name || undefined, text: source };
  return new RhaiTimeoutError(text, 'timeoutMs', timeoutMs, 'queue', spent, details);
}

/** rhai's name of a closure, another one in each process. */
const CLOSURE = /\banon\$[0-9a-f]{16}\b/g;

/** What the run's caller gets. */
export function failureOf(raw: unknown, task: Task, errors: ErrorTable): unknown {
  const map = fields(raw);
  const details = detailsOf(map, task);
  const message = text(map['message'], 'The script failed.').replace(CLOSURE, 'closure');
  switch (map['kind']) {
    case 'syntax': {
      const { position, script = '', trace = [] } = details;
      const { line, column } = position ?? { line: 0, column: 0 };
      // With a trace it is not the run's own text: one that was given to eval, or imported.
      const source = trace.length > 0 ? '' : task.program.source;
      return syntaxError(message, line, column, source, script, trace);
    }
    case 'runtime':
      return new RhaiRuntimeError(message, {
        ...details,
        kind: text(map['class'], 'ErrorRuntime'),
        value: map['value'],
      });
    case 'host':
      return hostError(map, details, errors);
    case 'limit':
      return limitError(message, text(map['limit']), number(map['limitValue']), details);
    case 'timeout':
      return timeoutError(map, message, details);
    case 'cancelled':
      return new RhaiCancelledError(task.reason, details);
    case 'disposed':
      return new RhaiDisposedError(undefined, details);
    case 'value':
      return new RhaiValueError(message, text(map['path'], '$'), details);
    default:
      return new RhaiInternalError(message, details);
  }
}
