// Where `print` and `debug` go: the run's listener, the engine's, or the console with control characters made visible.
// A listener that throws ends its run: the script asked for something that failed.

import { RhaiHostError } from '../errors/index.js';
import type { DebugListener, PrintListener } from '../options/engine.js';
import type { Task } from './task.js';

/** Escapes what a terminal would obey; the listeners get the text as it is. */
export function harmless(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

function guarded(task: Task | undefined, name: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    const script = task?.program.name;
    task?.fail(new RhaiHostError(`The ${name} listener threw.`, name, { cause: error, script }));
  }
}

export class Sinks {
  constructor(
    private readonly onPrint: PrintListener | undefined,
    private readonly onDebug: DebugListener | undefined,
  ) {}

  print(task: Task | undefined, text: string): void {
    const listener = task?.options.onPrint ?? this.onPrint;
    if (listener === undefined) console.log(harmless(text));
    else guarded(task, 'onPrint', () => listener(text));
  }

  debug(task: Task | undefined, text: string, source: string, line: number, column: number): void {
    const listener = task?.options.onDebug ?? this.onDebug;
    if (listener === undefined) console.error(harmless(`${source || 'script'}:${line}:${column} ${text}`));
    else guarded(task, 'onDebug', () => listener(text, { source, line, column }));
  }
}
