/** Models of the wake-up protocol (native/ffi/src/models.rs) and every order of a run's possible ends (native/core/tests/orders.rs). */
import { join } from 'node:path';
import { root, run, targetDir } from './tools.mjs';

const native = join(root, 'native');

export default async function loom(_budget, check) {
  const models = ['test', '--locked', '-p', 'rhai-bridge-ffi', '--lib', 'models'];
  await cargo('the wake-up protocol holds in every order of two threads', models, check, {
    RUSTFLAGS: '--cfg loom',
    CARGO_TARGET_DIR: targetDir('loom'),
  });
  const orders = ['test', '--locked', '-p', 'rhai-bridge-core', '--test', 'orders'];
  await cargo('every order of reply, throw, cancel, dispose and time-out ends a run once', orders, check, {});
}

async function cargo(law, args, check, env) {
  const ended = await run('cargo', args, { cwd: native, env });
  const sums = ended.stdout.match(/^test result: .*$/m)?.[0] ?? ended.stderr.slice(-2000);
  check(law, ended.code === 0, sums);
}
