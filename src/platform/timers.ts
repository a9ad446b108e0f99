// Timers as every platform has them: the next turn of the event loop, and a timer that does not keep a process alive.

type Job = () => void;

/** By a message to ourselves: browsers delay timers by 4 ms, and by more in hidden tabs. */
function byMessages(): (job: Job) => void {
  const jobs: Job[] = [];
  const { port1, port2 } = new MessageChannel();
  (port1 as unknown as { onmessage: Job }).onmessage = () => jobs.shift()?.();
  return (job) => {
    jobs.push(job);
    port2.postMessage(0);
  };
}

let messages: ((job: Job) => void) | undefined;

/** Calls `job` in the next turn of the event loop, after the input that waits there. */
export const nextTurn: (job: Job) => void =
  typeof setImmediate === 'function' ? setImmediate : (job) => (messages ??= byMessages())(job);

/** Keeps the process alive until the answer is called. */
export function stayAlive(): Job {
  const timer = setInterval(() => {}, 2 ** 31 - 1);
  return () => clearInterval(timer);
}

/** The longest delay that a timer takes; a longer one would ring at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `job` after `ms`, however long that is; the answer calls it off. No process stays alive for it unless it `holds` it. */
export function after(ms: number, job: Job, holds: boolean): Job {
  let timer: Timer;
  const wait = (leftMs: number): void => {
    const turnMs = Math.min(leftMs, MAX_TIMER_MS);
    timer = setTimeout(() => (leftMs > turnMs ? wait(leftMs - turnMs) : job()), turnMs);
    if (!holds) unref(timer);
  };
  wait(ms);
  return () => clearTimeout(timer);
}

export type Timer = ReturnType<typeof setTimeout>;

/** The timer, which no process stays alive for. (A browser's timer is a number, and a page is not a process.) */
export function unref(timer: Timer): Timer {
  (timer as { unref?: () => unknown }).unref?.();
  return timer;
}
