// The native backend: finds the addon beside this package and makes cores from it. Loads nothing until it is asked.

import { fileURLToPath } from 'node:url';
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

/** Where the addon may be, seen from src/backend as from dist/entry and dist/chunks. */
const PLACES = [
  `../../prebuilds/${platform}-${arch}/rhai_bridge.node`,
  '../../build/Release/rhai_bridge.node',
];

let loaded: Addon | undefined;

/** By dlopen itself: it is what `require` does in the end, without waking the CommonJS loader for it (0.6 ms). */
function tryLoad(place: string, failures: string[]): Addon | undefined {
  try {
    const module = { exports: {} as Addon };
    process.dlopen(module, fileURLToPath(new URL(place, import.meta.url)));
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
    `No native addon for ${platform}-${arch} could be loaded: ${failures.join('; ')}`,
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
