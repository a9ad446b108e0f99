// Counts what a process holds: threads, descriptors, timers and handles of the event loop, memory of array buffers.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const THREADS = '/proc/self/task';
const DESCRIPTORS = '/proc/self/fd';

/**
 * What the open descriptors are of, without source files (a node whose worker ends while its loader reads a module never closes
 * that file) and without the pipes to the program that tells a sanitizer the names of functions, once it asks for one.
 */
function descriptors() {
  const foreign = new Set(symbolizers().flatMap((pid) => targets(`/proc/${pid}/fd`)));
  return targets(DESCRIPTORS)
    .filter((target) => !/\.[cm]?js$/.test(target) && !foreign.has(target))
    .map((target) => target.replace(/:\[\d+\]$/, ''))
    .sort();
}

/** What the descriptors in a folder are of. */
function targets(folder) {
  return readdirSync(folder).flatMap((descriptor) => {
    try {
      return [readlinkSync(`${folder}/${descriptor}`)];
    } catch {
      return []; // the one that listed the folder
    }
  });
}

/** Children that the runtime of a sanitizer started. */
function symbolizers() {
  if (!process.env.LD_PRELOAD?.includes('clang_rt')) return [];
  return readdirSync(THREADS)
    .flatMap((thread) => readFileSync(`${THREADS}/${thread}/children`, 'utf8').split(' '))
    .filter((pid) => pid !== '' && /symbolizer/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')));
}

/** What `now` has more often than `before`. */
function beyond(before, now) {
  const left = [...before];
  return now.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Deterministic numbers only. */
export function census() {
  globalThis.gc?.();
  return {
    threads: readdirSync(THREADS).length,
    descriptors: descriptors(),
    resources: process
      .getActiveResourcesInfo()
      .filter((name) => name !== 'Immediate' && name !== 'PipeWrap') // PipeWrap: standard output, when it is first written to
      .sort()
      .join(),
    bufferBytes: process.memoryUsage().arrayBuffers,
  };
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Waits (at most so many turns: of a machine that is slow, or stopped for a while, they are longer) until nothing is held beyond
 * `before`; gives what is held then, as differences, and descriptors by what they are of.
 */
export async function leftOver(before, turns = 2_000) {
  for (let turn = 1; ; turn++) {
    const now = census();
    const left = {
      threads: now.threads - before.threads,
      descriptors: beyond(before.descriptors, now.descriptors).join(),
      resources: now.resources === before.resources ? '' : now.resources,
      bufferBytes: Math.max(0, now.bufferBytes - before.bufferBytes),
    };
    if (isNothing(left) || turn >= turns) return left;
    await pause(5);
  }
}

/** Whether nothing is left over. */
export const isNothing = ({ threads, descriptors, resources, bufferBytes = 0 }) =>
  threads <= 0 && descriptors === '' && resources === '' && bufferBytes === 0;

/**
 * Calls `late` after so many seconds in which this process ran: time in which somebody stopped it does not count. Gives the function
 * that calls it off.
 */
export function afterSeconds(seconds, late) {
  let passed = 0;
  const timer = setInterval(() => {
    if (++passed < seconds) return;
    clearInterval(timer);
    late();
  }, 1000);
  return () => clearInterval(timer);
}

/** Small numbers that are the same for the same seed. */
export function random(seed) {
  let state = (seed * 2654435761 + 1) >>> 0;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state % below;
  };
}
