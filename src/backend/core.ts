// A core as JavaScript sees it, whichever backend it comes from. No JavaScript is ever called while a baton is held.

/** What `step` found. */
export const IDLE = 0;
export const MORE = 1;
export const BUSY = 2;
/** A panic broke the core; it has said how its runs ended, and takes no more. */
export const BROKEN = 3;

/** A home core belongs to the JavaScript thread and never leaves it; a worker core has a thread of its own. */
export type CoreKind = 'home' | 'worker';

export interface Core {
  /** Only its own thread ever runs it: `step` finds BUSY. */
  readonly isApart?: boolean;
  /** Takes the baton if it is free, runs for at most `maxMicros`: IDLE, MORE (work is left), BUSY (the thread has the baton) or BROKEN. */
  step(maxMicros: number): number;
  /** The same for one run of a home core. */
  stepRun(slot: number, generation: number, maxMicros: number): number;
  /** Hands what there is to the core's thread. */
  wake(): void;
  spillTake(id: number): ArrayBuffer;
  spillPut(bytes: Uint8Array): number;
  /** Where these are, big texts and blobs travel as side buffers of their own; else inside their records. */
  spillPutText?(text: string): number;
  spillText?(id: number): string;
  spillRead?(id: number, target: Uint8Array): void;
  spillDrop?(id: number): void;
  /** Whether big values go out these days: memory that comes back is kept for the next ones. */
  spillBusy?(isBusy: 0 | 1): void;
  /** Whether the core keeps the process alive; it does not at first. */
  ref(): void;
  unref(): void;
  counters(): unknown;
  /** For a core that may stop to answer: it is given up after a silence longer than `patienceMs()`. */
  watch?(patienceMs: () => number): void;
  /** Stops and joins the thread and drops everything; idempotent. */
  close(): void;
}

/** What a backend can do. */
export interface Capabilities {
  /** `eval` works. */
  readonly sync: boolean;
  /** `createSync` works. */
  readonly createSync: boolean;
  /** Scripts run beside the JavaScript thread (`mode: 'background'`). */
  readonly threads: boolean;
  /** Host functions run in the async context of the run's caller (`AsyncLocalStorage`). */
  readonly asyncContext: boolean;
}

/** Makes cores. One per engine; it holds no state beside the options it was made with. */
export interface Backend {
  readonly name: 'native' | 'wasm';
  readonly capabilities: Capabilities;
  /** Why it is not the better one that was looked for first. */
  readonly fallback?: string;
  open(
    kind: CoreKind,
    buffer: ArrayBuffer,
    outboxBytes: number,
    inboxBytes: number,
    onWake: () => void,
  ): Core;
}
