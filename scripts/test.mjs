// `npm test`: the Rust tests, then the TypeScript tests on every backend, and as the very last line how many passed and failed in all.
// Cargo runs as scripts/build-core.mjs runs it; a part that could not even start counts as one failure.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const scratch = mkdtempSync(join(tmpdir(), 'rhai-bridge-test-'));

/** cargo is often installed without being on the PATH of the shell that runs npm. */
function cargo() {
  const name = process.platform === 'win32' ? 'cargo.exe' : 'cargo';
  const usual = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin', name);
  return existsSync(usual) ? usual : name;
}

/** Runs a command, shows what it says, and gives that back with its exit code. */
function run(command, args, cwd, env = process.env) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.on('data', (chunk) => {
        text += chunk;
        to.write(chunk);
      });
    }
    child.on('error', (error) => done({ code: 1, text: `${text}\n${error.message}` }));
    child.on('close', (code) => done({ code: code ?? 1, text }));
  });
}

/** A part that fails without a failed test has failed once all the same. */
const honest = ({ passed, failed }, code) => ({ passed, failed: failed || (code === 0 ? 0 : 1) });

async function rust() {
  const args = ['test', '--locked', '--workspace', '--exclude', 'rhai-bridge-wasm', '--no-fail-fast'];
  const { code, text } = await run(cargo(), args, join(root, 'native'));
  const sums = { passed: 0, failed: 0 };
  for (const [, passed, failed] of text.matchAll(/^test result: .*? (\d+) passed; (\d+) failed;/gm)) {
    sums.passed += Number(passed);
    sums.failed += Number(failed);
  }
  return honest(sums, code);
}

async function typescript() {
  const report = join(scratch, 'vitest.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  // `pretest` has built the WASM module: a backend that is not there fails.
  const { code } = await run(process.execPath, args, root, { ...process.env, RHAI_BRIDGE_WASM: 'required' });
  const { numPassedTests = 0, numFailedTests = 0 } = existsSync(report)
    ? JSON.parse(readFileSync(report, 'utf8'))
    : {};
  return honest({ passed: numPassedTests, failed: numFailedTests }, code);
}

const PARTS = { rust, typescript };
const wanted = process.argv.slice(2);
const total = { passed: 0, failed: 0 };
for (const [name, part] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const { passed, failed } = await part();
  total.passed += passed;
  total.failed += failed;
}
rmSync(scratch, { recursive: true, force: true });
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
