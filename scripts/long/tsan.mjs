/**
 * ThreadSanitizer over everything. The standard library is not instrumented, so what it does for itself inside (parking, queues of
 * a contended lock) is told apart by its frames: a report counts when one of the two accesses is ours.
 */
import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, examine, PROGRAMS, runtime } from './sanitize.mjs';

/** node, V8 and libuv are not instrumented: what they do among themselves cannot be judged. */
const SUPPRESSIONS = [
  'called_from_lib:libuv',
  'race:v8::',
  'race:node::',
  'race:uv_',
  'mutex:node::',
  'thread:node::',
  'signal:*',
].join('\n');

export default async function tsan(_budget, check) {
  const suppressions = join(mkdtempSync(join(tmpdir(), 'rhai-bridge-tsan-')), 'suppressions');
  writeFileSync(suppressions, SUPPRESSIONS);
  const env = {
    RHAI_BRIDGE_ADDON: await build('thread', {
      env: {
        RUSTFLAGS: '-Zsanitizer=thread -Cforce-frame-pointers=yes -Cunsafe-allow-abi-mismatch=sanitizer',
      },
    }),
    LD_PRELOAD: await runtime('tsan'),
    TSAN_OPTIONS: `exitcode=0:log_path=LOG:halt_on_error=0:report_signal_unsafe=0:ignore_noninstrumented_modules=1:suppressions=${suppressions}`,
  };
  await examine(env, PROGRAMS, check);
}
