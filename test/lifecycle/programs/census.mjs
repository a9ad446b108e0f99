// Counts what a process holds: threads, descriptors, timers and handles of the event loop, memory of array buffers.
import { readdirSync, readlinkSync } from 'node:fs';

const THREADS = '/proc/self/task';
const DESCRIPTORS = '/proc/self/fd';

/** Open descriptors, without source files: a node whose worker ends while its loader reads a module never closes that file. */
function descriptors() {
  return readdirSync(DESCRIPTORS).filter((descriptor) => !/\.[cm]?js$/.test(target(descriptor))).length;
}

function target(descriptor) {
  try {
    return readlinkSync(`${DESCRIPTORS}/${descriptor}`);
  } catch {
    return '.js'; // the one that listed the folder
  }
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

/** Waits (some turns, at most `ms`) until nothing is held beyond `before`; gives what is held then, as differences. */
export async function leftOver(before, ms = 10_000) {
  const deadline = performance.now() + ms;
  for (;;) {
    const now = census();
    const left = {
      threads: now.threads - before.threads,
      descriptors: now.descriptors - before.descriptors,
      resources: now.resources === before.resources ? '' : now.resources,
      bufferBytes: Math.max(0, now.bufferBytes - before.bufferBytes),
    };
    const isClean =
      left.threads <= 0 && left.descriptors <= 0 && left.resources === '' && left.bufferBytes === 0;
    if (isClean || performance.now() > deadline) return left;
    await pause(5);
  }
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
