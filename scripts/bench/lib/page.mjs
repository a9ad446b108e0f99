/**
 * The built package in a headless Chromium: every sample is a visit in a browser context of its own, so nothing is cached, of a page that a
 * server without special headers gives out. The page tells the server its own clock, which began with the navigation; nobody talks to it
 * meanwhile. The browser is at rest before: for most of a second after a window has been opened, it loads pages of its own (the address
 * bar's list is one), with all processors of a small machine, and they are nobody's first script.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-pipe',
];

/** It is at rest when its processes have used no more than this in two such times one after the other; it is not waited for longer. */
const REST = { everyMs: 50, busyMs: 3, patienceMs: 5_000 };

/** Tells when its script began and ended, or what went wrong. */
const html = ({
  head = '',
  script = '',
}) => `<!doctype html><link rel="icon" href="data:,">${head}<script type="module">
const told = { begin: performance.now() };
try {
  ${script}
  told.end = performance.now();
} catch (error) { told.error = String(error); }
await fetch('/told', { method: 'POST', body: JSON.stringify(told) });
</script>`;

/** Commands of the browser itself, over a pipe: JSON with a zero behind it. */
class Browser {
  #replies = new Map();
  #text = '';
  #last = 0;
  #folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-bench-'));

  constructor(executable) {
    const args = [...FLAGS, `--user-data-dir=${this.#folder}`, 'about:blank'];
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'];
    this.process = spawn(executable, args, { stdio, cwd: '/' });
    this.process.stdio[4].setEncoding('utf8').on('data', (text) => this.#heard(text));
  }

  #heard(text) {
    const messages = (this.#text + text).split('\0');
    this.#text = messages.pop();
    for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
      this.#replies.get(id)?.(error === undefined ? result : Promise.reject(new Error(error.message)));
      this.#replies.delete(id);
    }
  }

  /** `sessionId`: of the page that it is for. */
  command(method, params = {}, sessionId = undefined) {
    const id = ++this.#last;
    this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve) => this.#replies.set(id, resolve));
  }

  /** Of all its processes, until now. */
  async #cpuMs() {
    const { processInfo } = await this.command('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, { cpuTime }) => sum + 1000 * cpuTime, 0);
  }

  async rest() {
    const end = performance.now() + REST.patienceMs;
    let before = await this.#cpuMs();
    for (let calm = 0; calm < 2 && performance.now() < end;) {
      await sleep(REST.everyMs);
      const now = await this.#cpuMs();
      calm = now - before <= REST.busyMs ? calm + 1 : 0;
      before = now;
    }
  }

  async close() {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    await this.command('Browser.close');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export class Pages {
  #pages;
  #told = () => {};
  #browser;
  /** Kept, for the server shares the machine with the browser. */
  #files = new Map();
  #server = createServer((request, response) => this.#serve(request, response));

  /** `pages`: by name what a page has in its `head`, and its module `script`. Undefined where no Chromium is installed. */
  static async open(pages) {
    const executable = process.env.RHAI_BRIDGE_CHROMIUM ?? PLACES.find((path) => existsSync(path));
    if (executable === undefined) return undefined;
    const opened = new Pages();
    opened.#pages = Object.fromEntries(
      Object.entries(pages).map(([name, page]) => [`/${encodeURIComponent(name)}`, html(page)]),
    );
    await new Promise((ready) => opened.#server.listen(0, '127.0.0.1', ready));
    opened.#browser = new Browser(executable);
    return opened;
  }

  #serve(request, response) {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    if (path === '/told') {
      request.setEncoding('utf8').on('data', (text) => this.#told(text));
      return response.end();
    }
    const page = this.#pages[path];
    if (page !== undefined) return response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    const file = this.#file(path);
    if (file === undefined) return response.writeHead(404).end();
    const type = TYPES[extname(path)] ?? 'text/plain';
    response.writeHead(200, { 'content-type': type, 'content-length': file.length }).end(file);
  }

  #file(path) {
    if (!this.#files.has(path) && existsSync(join(root, path)))
      this.#files.set(path, readFileSync(join(root, path)));
    return this.#files.get(path);
  }

  /** When the page's script began and ended, in milliseconds since the navigation. The tab is there before, and the browser at rest. */
  async visit(name) {
    const told = new Promise((resolve) => (this.#told = resolve));
    const browser = this.#browser;
    const { browserContextId } = await browser.command('Target.createBrowserContext');
    const { targetId } = await browser.command('Target.createTarget', {
      url: 'about:blank',
      browserContextId,
    });
    const { sessionId } = await browser.command('Target.attachToTarget', { targetId, flatten: true });
    await browser.rest();
    const url = `http://127.0.0.1:${this.#server.address().port}/${encodeURIComponent(name)}`;
    await browser.command('Page.navigate', { url }, sessionId);
    const { begin, end, error } = JSON.parse(await told);
    await browser.command('Target.disposeBrowserContext', { browserContextId });
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return { begin, end };
  }

  async close() {
    await this.#browser.close();
    this.#server.close();
  }
}
