/** Formatters and linters of the three languages. Each returns its complaints: what the tool printed, when it was not content. */
import { spawn } from 'node:child_process';
import { root, sources } from './sources.mjs';

export const CPP = /^native\/(addon|include)\/.*\.(c|cc|cpp|h|hpp)$/;

/** A program's output when it fails, nothing when it is content. Tools of node_modules are found first. */
function complaintsOf(program, args, cwd = root) {
  const path = `${root}/node_modules/.bin:${process.env.PATH}`;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, PATH: path, CARGO_TERM_PROGRESS_WHEN: 'never' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve([`${program} does not start: ${error.message}`]));
    child.on('close', (code) =>
      resolve(code === 0 ? [] : [output.trim() || `${program} ended with ${code}`]),
    );
  });
}

const tool = (name, program, args, cwd) => ({ name, run: () => complaintsOf(program, args, cwd) });

const native = `${root}/native`;
const baseline = `${root}/scripts/bench/rhai-baseline`;

export const TOOLS = [
  tool('rust:format', 'cargo', ['fmt', '--all', '--check', '--', '--color', 'never'], native),
  tool(
    'rust:format-bench',
    'cargo',
    ['fmt', '--check', '--', '--color', 'never', '--config-path', `${native}/rustfmt.toml`],
    baseline,
  ),
  tool(
    'rust:clippy',
    'cargo',
    ['clippy', '--quiet', '--workspace', '--all-targets', '--locked', '--', '-D', 'warnings'],
    native,
  ),
  {
    name: 'cpp:format',
    run: () =>
      sources(CPP).length
        ? complaintsOf('clang-format-node', ['--dry-run', '--Werror', ...sources(CPP)])
        : [],
  },
  tool('ts:types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']),
  tool('ts:documented', 'typedoc', ['--emit', 'none', '--logLevel', 'Warn', '--treatWarningsAsErrors']),
  tool('ts:lint', 'eslint', ['.', '--max-warnings', '0']),
  tool('ts:format', 'prettier', ['--check', '.']),
];
