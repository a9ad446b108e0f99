// The native addon: found beside this package, and loaded once. The loader of `dist/entry/node.mjs` does that first of all, because the
// addon reads the engine's files in a third of the time that Node's own functions take when they are called for the first time.

import { node } from './node.js';
import { besideThis, inPackage } from './places.js';

/** What the addon exports; what `Core` is, the native backend knows. */
export interface Addon {
  readonly protocolVersion: number;
  readonly Core: unknown;
  /** All of a file, a char for each byte; undefined where it cannot be read. */
  readonly fileText: (path: string) => string | undefined;
  readonly fileBytes: (path: string) => ArrayBuffer | undefined;
}

/**
 * Where the addon may be when the environment does not say it: in this package (seen from src/platform as from dist/entry),
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

export const systemOf = ({ platform, arch }: NodeJS.Process): string => `${platform}-${arch}`;

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

let loaded: Addon | undefined;

/** The addon, if there is one that can be loaded; why not goes to `failures`. */
export function nativeAddon(failures: string[]): Addon | undefined {
  if (node === undefined || loaded !== undefined) return loaded;
  const given = node.env['RHAI_BRIDGE_ADDON'];
  const places = placesFor(node);
  for (const place of given ? [() => given, ...places] : places) {
    loaded = tryLoad(node, place, failures);
    if (loaded !== undefined) return loaded;
  }
  return undefined;
}
