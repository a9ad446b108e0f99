/** Resident memory that `count` waiting scripts of one contestant add to this process. Ends without waiting for them. */
import { setTimeout as settle } from 'node:timers/promises';

const [who, count] = [process.argv[2], Number(process.argv[3])];
const { open } = await import(`../contestants/${who.replace(' ', '-')}.mjs`);
const api = await open();
await api.waiting(100, 1);
const before = await rss();
void api.waiting(count, 60_000);
const after = await rss();
console.log(JSON.stringify({ bytesEach: (after - before) / count }));
process.exit(0);

/** After garbage is gone and threads have come to rest. */
async function rss() {
  await settle(300);
  globalThis.gc();
  await settle(100);
  return process.memoryUsage.rss();
}
