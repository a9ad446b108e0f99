// The second build (cmake-js) gives an addon that passes the same smoke suite as the first (node-gyp).
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './project.js';

it('npm run build:cmake gives an addon that passes the smoke suite', () => {
  const show = (command: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
    execFileSync(command, args, {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, ...env },
    });
  show('npm', ['run', '--silent', 'build:cmake']);
  const addon = join(root, 'build/cmake/Release/rhai_bridge.node');
  expect(existsSync(addon)).toBe(true);
  const said = show(process.execPath, ['test/pack/run-smoke.mjs'], { RHAI_BRIDGE_ADDON: addon });
  expect(said.trim()).toBe('ok');
  // An addon of the environment that does not load is not fatal where another one does.
  expect(show(process.execPath, ['test/pack/run-smoke.mjs'], { RHAI_BRIDGE_ADDON: '/nowhere' }).trim()).toBe(
    'ok',
  );
}, 300_000);
