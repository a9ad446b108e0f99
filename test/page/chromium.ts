// The Chromium that is installed here, for tests and benches; none is ever downloaded.
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const chromiumPath: string | undefined =
  process.env['RHAI_BRIDGE_CHROMIUM'] ?? PLACES.find((path) => existsSync(path));

/** It asks nobody for anything. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath!, headless: true, args: CHROMIUM_FLAGS });
