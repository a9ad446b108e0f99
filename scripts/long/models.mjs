/** Models of the wake-up protocol (native/ffi/src/models.rs) and every order of a run's possible ends (native/core/tests/orders.rs). */
import { join } from 'node:path';
import { root, run } from './tools.mjs';

const native = join(root, 'native');

export default async function models(_budget, check) {
  const wakeUps = ['test', '--locked', '-p', 'rhai-bridge-ffi', '--features', 'model', '--lib', 'models'];
  await cargo('the wake-up protocol holds in every order of two threads', wakeUps, check);
  const orders = ['test', '--locked', '-p', 'rhai-bridge-core', '--test', 'orders'];
  await cargo('every order of reply, throw, cancel, dispose and time-out ends a run once', orders, check);
}

async function cargo(law, args, check) {
  const ended = await run('cargo', args, { cwd: native });
  const sums = ended.stdout.match(/^test result: .*$/m)?.[0] ?? ended.stderr.slice(-2000);
  check(law, ended.code === 0, sums);
}
