// Runs hostile inputs in child processes and judges each: a child that dies or hangs costs the input it was at, nothing else.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterSeconds } from '../lifecycle/programs/census.mjs';
import { CASES } from './cases/all.mjs';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
/** An input that has said nothing for so long hangs. */
const HANG_SECONDS = 60;
/** Inputs per child. */
const BATCH = 150;
/**
 * What a bomb may take beyond its cap: a quarter, and what node itself takes meanwhile. The memory of a WebAssembly instance cannot be
 * moved: a block that grows is copied, and leaves a hole.
 */
const PEAK_FACTOR = { native: 1.25, wasm: 2 };
export const NODE_BYTES = 12 * 1024 * 1024;

/** Runs `ids` on `backend` in one child; gives the results so far, and how it died. */
function child(ids, backend) {
  return new Promise((done) => {
    const process_ = spawn(process.execPath, [CHILD, JSON.stringify(ids), backend], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const results = [];
    let text = '';
    let errors = '';
    let at;
    let calm = () => {};
    const feed = () => {
      calm();
      calm = afterSeconds(HANG_SECONDS, () => process_.kill('SIGKILL'));
    };
    feed();
    process_.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4000)));
    process_.stdout.on('data', (chunk) => {
      feed();
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop();
      for (const line of lines) {
        const said = JSON.parse(line);
        if (said.begin === undefined) results.push(said);
        at = said.begin;
      }
    });
    process_.on('close', (code, signal) => {
      calm();
      done({ results, code, signal, at, errors });
    });
  });
}

/** Runs `ids`, starting over behind an input that ended its process. */
async function batch(ids, backend) {
  const all = [];
  let left = ids;
  while (left.length > 0) {
    const { results, code, signal, at, errors } = await child(left, backend);
    all.push(...results);
    left = left.slice(results.length);
    if (code === 0 || left.length === 0) break;
    all.push({
      id: at ?? left[0],
      outcome: signal === 'SIGKILL' ? 'hung' : 'crashed',
      code,
      signal,
      message: errors.trim().split('\n').slice(-3).join(' | '),
    });
    left = left.filter((id) => id !== (at ?? left[0]));
  }
  return all;
}

/** Why a result breaks a promise; undefined when it keeps them all. */
function broken(entry, result, { lenient, backend }) {
  const { classes, limits } = lenient
    ? { classes: [...entry.expect.classes, 'RhaiLimitError', 'RhaiTimeoutError'] }
    : entry.expect;
  if (!classes.includes(result.outcome))
    return `ended as ${result.outcome}${result.limit ? ` (${result.limit})` : ''}: ${result.message ?? ''}`;
  if (limits && result.outcome === 'RhaiLimitError' && !limits.includes(result.limit))
    return `hit ${result.limit}`;
  if (result.next !== 42) return `the next run gave ${result.next}`;
  if (result.unhandled) return 'a rejection was not handled';
  if (!lenient && entry.cap && result.grown > entry.cap * PEAK_FACTOR[backend] + NODE_BYTES)
    return `took ${(result.grown / entry.cap).toFixed(2)} × its cap`;
  return undefined;
}

/**
 * Runs `cases` on `workers` processes at a time; gives each with its verdict. `lenient`: under a sanitizer everything is slow
 * and large, so a limit of time or memory may come first.
 */
export async function runAll(
  cases,
  { workers = 2, lenient = false, backend = 'native', onResult = () => {} } = {},
) {
  const alone = cases.filter((entry) => entry.cap).map((entry) => [entry.id]);
  const rest = cases.filter((entry) => !entry.cap).map((entry) => entry.id);
  const batches = [];
  for (let i = 0; i < rest.length; i += BATCH) batches.push(rest.slice(i, i + BATCH));
  batches.push(...alone);
  const verdicts = [];
  const work = async () => {
    for (let ids = batches.shift(); ids; ids = batches.shift()) {
      for (const result of await batch(ids, backend)) {
        const entry = CASES[result.id];
        const verdict = { ...entry, result, broken: broken(entry, result, { lenient, backend }) };
        verdicts.push(verdict);
        onResult(verdict);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return verdicts.sort((a, b) => a.id - b.id);
}

/** A sample that keeps `most` of each number, evenly spread, and every bomb that `bombs` allows. */
export function sample(most, bombs) {
  const numbers = Map.groupBy ? Map.groupBy(CASES, (entry) => entry.number) : group();
  return [...numbers.values()].flatMap((entries) => {
    const kept = entries.filter((entry) => !entry.cap || bombs);
    const stride = Math.max(1, Math.ceil(kept.length / most));
    return kept.filter((_, i) => i % stride === 0);
  });
}

function group() {
  const groups = new Map();
  for (const entry of CASES) groups.set(entry.number, [...(groups.get(entry.number) ?? []), entry]);
  return groups;
}

export { CASES };
