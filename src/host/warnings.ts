// Things that are not errors of any run, but that somebody should know: told to `onWarning`, or to the process's own
// warnings. Each kind is told once per function, so that a busy engine does not flood anybody.

import { RhaiWarning, type WarningCode } from '../errors/index.js';

export type WarningListener = (warning: RhaiWarning) => void;

interface Process {
  emitWarning?: (warning: Error) => void;
}

function toProcess(warning: RhaiWarning): void {
  const { process } = globalThis as { process?: Process };
  if (process?.emitWarning) process.emitWarning(warning);
  else console.warn(`${warning.name} [${warning.code}]: ${warning.message}`);
}

export class Warnings {
  readonly #told = new Set<string>();

  constructor(private readonly listener: WarningListener = toProcess) {}

  /** Tells it, the first time. A listener that throws is the listener's problem, never the run's. */
  tell(code: WarningCode, message: string, functionName?: string): void {
    const key = `${code} ${functionName ?? ''}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    try {
      this.listener(new RhaiWarning(code, message, functionName));
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
