// A web server for the tests in a page: folders, plain content types, and only the headers that a test asks for.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

export interface Site {
  readonly url: string;
  close(): void;
}

/** Serves `root`; `pages` are documents by path; `headers` go with every answer, and none goes before `asked` has let it. */
export async function serve(
  root: string,
  pages: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
  asked: (path: string) => void | Promise<void> = () => {},
): Promise<Site> {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    await asked(path);
    if (path === '/favicon.ico') return void response.writeHead(204).end();
    const page = pages[path];
    const body = page === undefined ? readFile(join(root, path)) : Promise.resolve(page);
    body.then(
      (bytes) => response.writeHead(200, { 'content-type': typeOf(path), ...headers }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

const typeOf = (path: string): string =>
  TYPES[extname(path)] ?? (path.endsWith('/') ? 'text/html' : 'text/plain');
