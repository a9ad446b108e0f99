// `npm run demo`: Rhai scripts on real input. A loopback HTTP server, a temporary folder, and the .rhai files beside
// this one. Each part prints what it did; the process ends by itself.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RhaiEngine } from 'rhai-bridge';
import { failing } from './failing.mjs';
import { limits } from './limits.mjs';
import { report } from './report.mjs';
import { startServer } from './server.mjs';
import { waiting } from './waiting.mjs';

const title = (text) => console.log(`\n\x1b[1m${text}\x1b[0m\n${'─'.repeat(text.length)}`);

const server = await startServer();
const folder = await mkdtemp(join(tmpdir(), 'rhai-bridge-demo-'));
const engine = await RhaiEngine.create({ onPrint: (text) => console.log(`  script: ${text}`) });
console.log(`backend ${engine.backend}, server ${server.url}, folder ${folder}`);

title('1  A script fetches pages and writes a report');
await report(engine, server.url, folder);
title('2  A thousand scripts wait at once');
await waiting();
title('3  A host function fails');
await failing(engine, server.url, folder);
title('4  Time limit and cancel');
await limits(engine);

await engine.close();
await server.close();
await rm(folder, { recursive: true });
console.log('\ndone');
