// The native backend: finds the addon beside this package and makes cores from it. Loads nothing until it is asked.

import { VERSION } from '../protocol/constants.js';
import { RhaiError } from '../errors/index.js';
import { node } from '../platform/node.js';
import { besideThis, inPackage } from '../platform/places.js';
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

/**
 * Where the addon may be when the environment does not say it: in this package (seen from src/backend as from dist/entry),
 * beside a bundle that swallowed this module, in the package that such a bundle still finds.
 */
function placesFor(process: NodeJS.Process): readonly (() => string)[] {
  const prebuilt = `prebuilds/${systemOf(process)}/rhai_bridge.node`;
  return [
    () => besideThis('../../build/Release/rhai_bridge.node'),
    () => besideThis(`../../${prebuilt}`),
    () => besideThis('rhai_bridge.node'),
    () => inPackage(prebuilt),
  ];
}

const systemOf = ({ platform, arch }: NodeJS.Process): string => `${platform}-${arch}`;
let loaded: Addon | undefined;

/** By dlopen itself: it is what `require` does in the end, without waking the CommonJS loader for it (0.6 ms). */
function tryLoad(process: NodeJS.Process, place: () => string, failures: string[]): Addon | undefined {
  try {
    const module = { exports: {} as Addon };
    process.dlopen(module, place());
    return module.exports;
  } catch (error) {
    failures.push((error as Error).message.split('\n')[0]!);
    return undefined;
  }
}

function load(): Addon {
  if (node === undefined) throw new RhaiError('RHAI_BACKEND', 'The native addon needs Node.');
  const failures: string[] = [];
  const given = node.env['RHAI_BRIDGE_ADDON'];
  const places = placesFor(node);
  for (const place of given ? [() => given, ...places] : places) {
    const addon = tryLoad(node, place, failures);
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
    `No native addon for ${systemOf(node)} could be loaded: ${failures.join('; ')}. ` +
      `Without one, scripts run on the WASM backend: RhaiEngine.create({ backend: 'wasm' }).`,
  );
}

/** The native backend, or a RhaiError that says why there is none. */
export function nativeBackend(): Backend {
  const addon = (loaded ??= load());
  return {
    name: 'native',
    capabilities: { sync: true, createSync: true, threads: true, asyncContext: true },
    open: (kind: CoreKind, buffer, outboxBytes, inboxBytes, onWake) =>
      new addon.Core(buffer, outboxBytes, inboxBytes, kind === 'home' ? 0 : 1, onWake),
  };
}
