// The README's example is executed as it stands, against a real server; only the port is put in.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { child } from '../border/child.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

it('the example of the README gives the length of a page', async () => {
  const server = createServer((_, response) => response.end('x'.repeat(1234)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const example = /```ts\n([^]*?)```/.exec(readme)![1]!;
  const script = example
    .replace(/^import .*$/m, '')
    .replace('8080', String(port))
    .replace('(url: string)', '(url)')
    .replace('evalAsync<number>', 'evalAsync');
  const result = await child(`${script}\nconsole.log(length);`);
  server.closeAllConnections();
  server.close();
  expect(result).toMatchObject({ code: 0, stdout: '1234', stderr: '' });
});

it('every limit and error of the package is in the README', async () => {
  const entry = await import('../../src/entry/node.js');
  const names = [
    ...Object.keys(entry).filter((name) => name.startsWith('Rhai')),
    ...Object.keys(entry.unlimited()),
  ];
  for (const name of names) expect(readme).toContain(name);
});
