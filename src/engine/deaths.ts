// What the death of a core means for each of its runs: who was cancelled is cancelled, who used up the memory or did not
// come to an end met a limit, and for everybody else it is an internal error.

import { isDeath, type CoreDeath } from '../backend/death.js';
import { RhaiCancelledError, RhaiInternalError, RhaiLimitError, RhaiTimeoutError } from '../errors/index.js';
import type { Task } from './task.js';

/** The error of each run of a core that broke with `cause`. */
export function deathOf(cause: unknown): (task: Task) => unknown {
  const broke = new RhaiInternalError('The core of this engine broke.', { cause });
  if (!isDeath(cause)) return () => broke;
  const internal = new RhaiInternalError(`${cause.message} All its runs ended.`, { cause });
  return (task) => verdictOn(task, cause) ?? internal;
}

function verdictOn(task: Task, death: CoreDeath): unknown {
  if (task.cancelled) return new RhaiCancelledError(task.reason, { script: task.program.name });
  if (death.why === 'memory' && isCulprit(task, death)) return outOfMemory(task);
  if (death.why === 'stuck' && task.waiting === 0) return outOfTime(task);
  return undefined;
}

/** The run that was under way; any of them where that is not known. */
function isCulprit(task: Task, { run }: CoreDeath): boolean {
  return run === undefined || (run.slot === task.slot && run.generation === task.generation);
}

function outOfMemory(task: Task): RhaiLimitError {
  const { maxMemoryBytes } = task.limits;
  const text = 'The script used up the memory of its WebAssembly instance.';
  return new RhaiLimitError(text, 'maxMemoryBytes', maxMemoryBytes, { script: task.program.name });
}

/** A worker is only given up when it has been silent for as long as the run may take. */
function outOfTime(task: Task): RhaiTimeoutError | undefined {
  const { limit, ms } = shortestTime(task);
  if (ms === Infinity) return undefined;
  const text = `The script did not come to an end within ${limit} (${ms} ms).`;
  const spent = { scriptMs: ms, hostMs: 0, queueMs: 0 };
  return new RhaiTimeoutError(text, limit, ms, 'script', spent, { script: task.program.name });
}

function shortestTime(task: Task): { limit: 'computeMs' | 'timeoutMs'; ms: number } {
  const { computeMs, timeoutMs } = task.limits;
  const compute = computeMs || Infinity;
  const wall = timeoutMs || Infinity;
  return wall < compute ? { limit: 'timeoutMs', ms: wall } : { limit: 'computeMs', ms: compute };
}

/** How long a core may be silent, by what its runs may still do; 0 when one of them is over for us already. */
export function patienceOf(tasks: readonly Task[]): number {
  let patience = Infinity;
  for (const task of tasks) {
    if (task.ended) return 0;
    if (task.waiting === 0) patience = Math.min(patience, shortestTime(task).ms);
  }
  return patience;
}
