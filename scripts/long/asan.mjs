/** AddressSanitizer over everything, LeakSanitizer at the end of each process. */
import { build, examine, PROGRAMS, runtime } from './sanitize.mjs';

export default async function asan(_budget, check) {
  const env = {
    RHAI_BRIDGE_ADDON: await build('address'),
    LD_PRELOAD: await runtime('asan'),
    // node itself leaks on purpose at exit: reports are read, and only those with our frames count.
    ASAN_OPTIONS:
      'detect_leaks=1:exitcode=0:log_path=LOG:halt_on_error=0:abort_on_error=0:handle_segv=1:alloc_dealloc_mismatch=0',
    LSAN_OPTIONS: 'exitcode=0:max_leaks=0',
  };
  await examine(env, PROGRAMS, check);
}
