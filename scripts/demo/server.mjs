// A real HTTP server on loopback: three pages, each answered after a short wait, and 404 for everything else.
import { createServer } from 'node:http';

const PAGES = {
  '/': '<h1>Home</h1> <a href="/about">about</a> <a href="/news">news</a>',
  '/about': '<h1>About</h1> We run scripts beside the event loop.',
  '/news': '<h1>News</h1> Scripts wait without a thread: läuft 🎉',
};
const ANSWER_MS = 15;

export async function startServer() {
  const server = createServer((request, response) => {
    setTimeout(() => answer(request.url, response), ANSWER_MS);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  };
}

function answer(path, response) {
  const page = PAGES[path];
  response.writeHead(page ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
  response.end(page ?? 'not here');
}
