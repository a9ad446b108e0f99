/** Elapsed time of one piece of work, in microseconds. */
export async function timeUs(work) {
  const begin = process.hrtime.bigint();
  const result = await work();
  return { us: Number(process.hrtime.bigint() - begin) / 1e3, result };
}

/** The same for synchronous work: awaiting it would add a turn of the microtask queue. */
export function timeSyncUs(work) {
  const begin = process.hrtime.bigint();
  const result = work();
  return { us: Number(process.hrtime.bigint() - begin) / 1e3, result };
}
