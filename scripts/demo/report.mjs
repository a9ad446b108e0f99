// Part 1: async host functions for HTTP and files, called by report.rhai as if they were plain functions.
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

export async function report(engine, url, folder) {
  await writeFile(join(folder, 'pages.txt'), '/\n/about\n/news\n/missing\n');
  const inFolder = (name) => join(folder, basename(name)); // scripts name files, never paths
  engine
    .registerFunction('http_get', async (path) => {
      const response = await fetch(url + path);
      return { status: response.status, body: await response.text() };
    })
    .registerFunction('read_file', (name) => readFile(inFolder(name), 'utf8'))
    .registerFunction('write_file', async (name, text) => {
      await writeFile(inFolder(name), text);
      return text.length;
    });
  const source = await readFile(new URL('report.rhai', import.meta.url), 'utf8');
  const run = engine.evalAsync(source, { name: 'report.rhai', timeoutMs: 10_000 });
  const summary = await run;
  console.log('  result:', summary);
  console.log('  report.txt:');
  console.log((await readFile(join(folder, 'report.txt'), 'utf8')).replace(/^/gm, '    | ').trimEnd());
  const { operations, scriptMs, hostMs } = run.stats;
  console.log(
    `  ${operations} operations, script ${scriptMs.toFixed(2)} ms, waiting for the host ${hostMs.toFixed(1)} ms`,
  );
}
