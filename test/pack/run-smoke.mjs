// The smoke suite against this repository's own build: `node test/pack/run-smoke.mjs`. RHAI_BRIDGE_ADDON picks another addon.
import * as rb from 'rhai-bridge';
import { smoke } from './smoke.mjs';

console.log(await smoke(rb, { backend: 'native' }));
