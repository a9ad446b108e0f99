/** npm run format: lets the three formatters write what `npm run check` would complain about. */
import { execFileSync } from 'node:child_process';
import { root, sources } from './check/sources.mjs';
import { CPP } from './check/tools.mjs';

const run = (program, args, cwd = root) =>
  execFileSync(program, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${root}/node_modules/.bin:${process.env.PATH}` },
  });

run('cargo', ['fmt', '--all'], `${root}/native`);
run(
  'cargo',
  ['fmt', '--', '--config-path', `${root}/native/rustfmt.toml`],
  `${root}/scripts/bench/rhai-baseline`,
);
if (sources(CPP).length) run('clang-format-node', ['-i', ...sources(CPP)]);
run('prettier', ['--log-level', 'warn', '--write', '.']);
