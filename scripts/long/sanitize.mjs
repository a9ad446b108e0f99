/**
 * The addon with a sanitizer in it: the Rust core by rustc's own instrumentation, the C++ shell by clang's, the runtime preloaded
 * into node. Runs the conformance suite and some programs on it, and reads the reports: those that name our code are failures.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { clang, must, root, run, targetDir } from './tools.mjs';

const TRIPLE = 'x86_64-unknown-linux-gnu';
const shell = join(root, 'native/addon');

/** `kind` is 'address' or 'thread'. `rust` may add cargo's arguments (an instrumented standard library, for instance). */
export async function build(kind, { cargo = [], env = {} } = {}) {
  const CARGO_TARGET_DIR = targetDir(kind);
  const args = [
    'build',
    '--locked',
    '-p',
    'rhai-bridge-ffi',
    '--profile',
    'dev',
    '--target',
    TRIPLE,
    ...cargo,
  ];
  await must('cargo', args, {
    cwd: join(root, 'native'),
    env: {
      RUSTC_BOOTSTRAP: '1',
      RUSTFLAGS: `-Zsanitizer=${kind} -Cforce-frame-pointers=yes`,
      CARGO_TARGET_DIR,
      ...env,
    },
  });
  const folder = join(root, 'build', kind);
  mkdirSync(folder, { recursive: true });
  const addon = join(folder, 'rhai_bridge.node');
  const include = [
    join(root, 'native/include'),
    createRequire(import.meta.url)('node-addon-api').include_dir.replace(/^"|"$/g, ''),
    resolve(process.execPath, '../../include/node'),
  ];
  const defines = [
    'NAPI_VERSION=8',
    'NAPI_CPP_EXCEPTIONS',
    'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
    'NODE_GYP_MODULE_NAME=rhai_bridge',
    'BUILDING_NODE_EXTENSION',
  ];
  await must(clang(), [
    ...[
      '-std=c++17',
      '-O1',
      '-g',
      '-fPIC',
      '-shared',
      `-fsanitize=${kind}`,
      '-shared-libsan',
      '-fno-omit-frame-pointer',
      '-fvisibility=hidden',
    ],
    ...include.map((path) => `-I${resolve(root, path)}`),
    ...defines.map((name) => `-D${name}`),
    ...readdirSync(shell)
      .filter((file) => file.endsWith('.cc'))
      .map((file) => join(shell, file)),
    join(CARGO_TARGET_DIR, TRIPLE, 'debug/librhai_bridge_ffi.a'),
    ...[
      '-lpthread',
      '-ldl',
      '-lm',
      '-Wl,--exclude-libs,ALL',
      '-Wl,-Bsymbolic',
      '-Wl,-z,nodelete',
      '-o',
      addon,
    ],
  ]);
  return addon;
}

/** The runtime library to preload. */
export async function runtime(name) {
  const { stdout } = await must(clang(), [`-print-file-name=libclang_rt.${name}-x86_64.so`]);
  return stdout;
}

/** Runs programs on the sanitized addon; gives every report that names our code. */
export async function examine(env, programs, check) {
  const folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-reports-'));
  const log = join(folder, 'report');
  const options = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replaceAll('LOG', log)]),
  );
  options.RHAI_BRIDGE_PATIENT = '1';
  for (const [law, args] of programs) {
    const { code, signal, stdout, stderr } = await run(process.execPath, args, { env: options });
    const reports = collect(folder);
    const last = stdout
      .split('\n')
      .filter((line) => /Tests|^\{|^ok/.test(line))
      .join(' ')
      .slice(0, 300);
    check(
      law,
      code === 0 && reports.length === 0,
      [
        last,
        ...(code === 0 ? [] : [signal ?? code, failures(stdout), stderr.slice(-1500)]),
        ...reports.slice(0, 2),
      ].join('\n'),
    );
  }
}

/** The tests that failed, as vitest names them. */
const failures = (stdout) => [...new Set(stdout.match(/^.*FAIL .*$/gm) ?? [])].join('\n');

const OURS = /rhai_bridge|native\/(addon|ffi|core|vm)\//;
/** node leaks at its exit what it made, also when we asked it to; ours is what our own code allocated: the frame after the allocator's. */
const isOurLeak = (report) =>
  /#1 .*(rhai|napi-inl|native\/(addon|ffi|core|vm)\/|\/library\/|\.cargo\/)/.test(report);

const seen = new Set();
function collect(folder) {
  const files = readdirSync(folder).filter((file) => !seen.has(join(folder, file)));
  for (const file of files) seen.add(join(folder, file));
  return files
    .flatMap((file) =>
      readFileSync(join(folder, file), 'utf8').split(/(?=^(?:=+\s*$|WARNING: |Direct leak|Indirect leak))/m),
    )
    .filter((report) =>
      /leak of/.test(report) ? isOurLeak(report) : /ERROR|WARNING/.test(report) && OURS.test(report),
    );
}

const vitest = join(root, 'node_modules/vitest/vitest.mjs');
/** What both sanitizers look at. `rounds` keeps them within the hour. */
export const PROGRAMS = [
  ['the smoke suite', [join(root, 'test/pack/run-smoke.mjs')]],
  ['every hostile input', [join(root, 'test/hostile/main.mjs'), '--all', '--lenient']],
  ['100 terminated workers', [join(root, 'test/lifecycle/programs/terminate.mjs'), '100', '4', '1']],
  [
    '20,000 settle checks of the soak',
    ['--expose-gc', join(root, 'scripts/long/soak-program.mjs'), '1', '20000'],
  ],
  [
    'the conformance suite',
    [
      vitest,
      'run',
      'test/conformance',
      '--project=node',
      '--test-timeout=300000',
      '--hook-timeout=300000',
      '--no-color',
    ],
  ],
];
