// Part 3: a host function fails inside script functions. The error has the script's own trace and code frame, and the
// very JavaScript error as its cause. The second run shows a script that recovers by itself.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';

export async function failing(engine, _url, folder) {
  engine.registerFunction('load_config', (name) => readFile(join(folder, name), 'utf8'));
  const source = await readFile(new URL('failing.rhai', import.meta.url), 'utf8');
  try {
    await engine.evalAsync(source, { name: 'failing.rhai' });
  } catch (error) {
    console.log(shorten(inspect(error)).replace(/^/gm, '  '));
    console.log(`  the cause is the very object: ${error.cause instanceof Error}, ${error.cause.code}`);
  }
  const caught =
    'let seen = ""; try { load_config("nowhere.json") } catch (err) { seen = err.code + ": " + err.message } seen';
  console.log('  caught by the script:', await engine.evalAsync(caught));
}

/** Without the JavaScript frames of this demo. */
const shorten = (text) => text.replace(/\n\s+at (async )?(open|file:|node:|Object).*/g, '');
