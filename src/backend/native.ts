// The native backend: makes cores from the addon. Loads nothing until it is asked, if the package's loader has not.

import { VERSION } from '../protocol/constants.js';
import { RhaiError } from '../errors/index.js';
import { nativeAddon, systemOf } from '../platform/addon.js';
import { node } from '../platform/node.js';
import type { Backend, Core, CoreKind } from './core.js';

type CoreClass = new (
  buffer: ArrayBuffer,
  outboxBytes: number,
  inboxBytes: number,
  kind: 0 | 1,
  onWake: () => void,
) => Core;

function load(): CoreClass {
  if (node === undefined) throw new RhaiError('RHAI_BACKEND', 'The native addon needs Node.');
  const failures: string[] = [];
  const addon = nativeAddon(failures);
  if (addon === undefined) {
    throw new RhaiError(
      'RHAI_BACKEND',
      `No native addon for ${systemOf(node)} could be loaded: ${failures.join('; ')}. ` +
        `Without one, scripts run on the WASM backend: RhaiEngine.create({ backend: 'wasm' }).`,
    );
  }
  if (addon.protocolVersion === VERSION) return addon.Core as CoreClass;
  throw new RhaiError(
    'RHAI_BACKEND',
    `The native addon speaks protocol ${addon.protocolVersion}, this package ${VERSION}.`,
  );
}

/** The native backend, or a RhaiError that says why there is none. */
export function nativeBackend(): Backend {
  const Core = load();
  return {
    name: 'native',
    capabilities: { sync: true, createSync: true, threads: true, asyncContext: true },
    open: (kind: CoreKind, buffer, outboxBytes, inboxBytes, onWake) =>
      new Core(buffer, outboxBytes, inboxBytes, kind === 'home' ? 0 : 1, onWake),
  };
}
