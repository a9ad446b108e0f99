// The native backend: finds the addon beside this package and makes cores from it. Loads nothing until it is asked.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { VERSION } from '../protocol/constants.js';
import { RhaiError } from '../errors/index.js';
import type { Backend, Core, CoreKind } from './core.js';

interface Addon {
  readonly protocolVersion: number;
  readonly Core: new (
    buffer: ArrayBuffer,
    outboxBytes: number,
    inboxBytes: number,
    kind: 0 | 1,
    onWake: () => void,
  ) => Core;
}

const { platform, arch } = process;

const PREBUILT = `prebuilds/${platform}-${arch}/rhai_bridge.node`;

/** This module's own address; a bundle in CommonJS has no import.meta. */
function here(): string {
  if (typeof import.meta.url === 'string') return import.meta.url;
  return pathToFileURL(typeof __filename === 'string' ? __filename : join(process.cwd(), '_')).href;
}

/**
 * Where the addon may be: where the environment says, in this package (seen from src/backend as from dist/entry and
 * dist/chunks), beside a bundle that swallowed this module, in the package that such a bundle still finds.
 */
const PLACES: readonly (() => string | undefined)[] = [
  () => process.env['RHAI_BRIDGE_ADDON'],
  () => fileURLToPath(new URL('../../build/Release/rhai_bridge.node', here())),
  () => fileURLToPath(new URL(`../../${PREBUILT}`, here())),
  () => fileURLToPath(new URL('rhai_bridge.node', here())),
  () => join(dirname(createRequire(here()).resolve('rhai-bridge/package.json')), PREBUILT),
];

let loaded: Addon | undefined;

/** By dlopen itself: it is what `require` does in the end, without waking the CommonJS loader for it (0.6 ms). */
function tryLoad(place: () => string | undefined, failures: string[]): Addon | undefined {
  try {
    const file = place();
    if (file === undefined || file === '') return undefined;
    const module = { exports: {} as Addon };
    process.dlopen(module, file);
    return module.exports;
  } catch (error) {
    failures.push((error as Error).message.split('\n')[0]!);
    return undefined;
  }
}

function load(): Addon {
  const failures: string[] = [];
  for (const place of PLACES) {
    const addon = tryLoad(place, failures);
    if (addon === undefined) continue;
    if (addon.protocolVersion !== VERSION) {
      throw new RhaiError(
        'RHAI_BACKEND',
        `The native addon speaks protocol ${addon.protocolVersion}, this package ${VERSION}.`,
      );
    }
    return addon;
  }
  throw new RhaiError(
    'RHAI_BACKEND',
    `No native addon for ${platform}-${arch} could be loaded: ${failures.join('; ')}. ` +
      `Without one, scripts run on the WASM backend: RhaiEngine.create({ backend: 'wasm' }).`,
  );
}

/** The native backend, or a RhaiError that says why there is none. */
export function nativeBackend(): Backend {
  const addon = (loaded ??= load());
  return {
    name: 'native',
    capabilities: { sync: true, threads: true },
    open: (kind: CoreKind, buffer, outboxBytes, inboxBytes, onWake) =>
      new addon.Core(buffer, outboxBytes, inboxBytes, kind === 'home' ? 0 : 1, onWake),
  };
}
