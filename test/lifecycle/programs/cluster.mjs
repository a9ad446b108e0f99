// Four processes of node:cluster behind one port, each with its engine, with one compile cache for all (where node has one): they
// answer requests by scripts; one is killed in the middle, another takes its place, and in the end all of them end by themselves.
// Prints how many answers were right before and after the kill, and the exit codes of those that were not killed.
import cluster from 'node:cluster';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const WORKERS = 4;
const REQUESTS = 100;

if (cluster.isPrimary) await lead();
else await serve();

async function serve() {
  const { RhaiEngine } = await import('rhai-bridge');
  const engine = RhaiEngine.createSync().registerFunction('own', async (n) => n + 1);
  const server = createServer(async ({ url }, response) => {
    const sum = await engine.evalAsync(`let s = 0; for i in 0..${url.slice(1)} { s += own(i); } s`);
    response.setHeader('connection', 'close').end(String(sum));
  });
  server.listen(0);
  process.on('message', () => {
    server.close();
    cluster.worker.disconnect();
  });
}

async function lead() {
  const cache = mkdtempSync(join(tmpdir(), 'rhai-bridge-cluster-'));
  const fork = async () => {
    const worker = cluster.fork({ NODE_COMPILE_CACHE: cache });
    const [{ port }] = await once(worker, 'listening');
    return { worker, port };
  };
  const all = await Promise.all(Array.from({ length: WORKERS }, fork));
  const before = await answers(all[0].port);
  const victim = all.pop();
  victim.worker.process.kill('SIGKILL');
  await once(victim.worker, 'exit');
  all.push(await fork());
  const after = await answers(all[0].port);
  const codes = all.map(async ({ worker }) => {
    worker.send('end');
    const [code] = await once(worker, 'exit');
    return code;
  });
  console.log(JSON.stringify({ before, after, codes: await Promise.all(codes) }));
  rmSync(cache, { recursive: true });
}

/** Asks many times at once; gives how many answers were right. */
async function answers(port) {
  const ask = async (n) => {
    const asked = request({ port, path: `/${n}` }).end();
    const [response] = await once(asked, 'response');
    response.setEncoding('utf8');
    let text = '';
    for await (const chunk of response) text += chunk;
    return Number(text) === (n * (n + 1)) / 2;
  };
  const right = await Promise.all(Array.from({ length: REQUESTS }, (_, n) => ask(n)));
  return right.filter(Boolean).length;
}
