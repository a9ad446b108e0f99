// The TypeScript side of the codec under mutated bytes: `codec-fuzz.mjs executions [seed]`. Decoding gives values or MalformedRecord,
// nothing else, in bounded memory; what was decoded and can be encoded decodes to the same bytes again.
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { random } from '../../test/lifecycle/programs/census.mjs';
import { root } from './tools.mjs';

const [executions, seed = 1] = process.argv.slice(2).map(Number);
const bundled = join(tmpdir(), `rhai-bridge-codec-${process.pid}.mjs`);
const bundle = await rolldown({
  input: join(root, 'src/protocol/standalone.ts'),
  platform: 'node',
  tsconfig: false,
});
await bundle.write({ file: bundled, format: 'esm' });
const { decodeValues, encodeValues } = await import(pathToFileURL(bundled).href);
rmSync(bundled);

const vectors = JSON.parse(readFileSync(join(root, 'test/vectors/values.json'), 'utf8'));
const hexes = [...JSON.stringify(vectors).matchAll(/"((?:[0-9a-f]{2}){2,})"/g)].map(([, hex]) => hex);
const pool = hexes.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
const pick = random(seed);
const MAX_BYTES = 4096;
const MAX_POOL = 4000;
const INTERESTING = [...Array(24).keys(), 0x7f, 0x80, 0xf0, 0xff];

function mutate(bytes) {
  let out = Uint8Array.from(bytes);
  for (let i = 0, count = 1 + pick(4); i < count && out.length > 0; i++) {
    const at = pick(out.length);
    switch (pick(5)) {
      case 0:
        out[at] = pick(256);
        break;
      case 1:
        out[at] = INTERESTING[pick(INTERESTING.length)];
        break;
      case 2:
        out = out.slice(0, at);
        break;
      case 3:
        out = Uint8Array.from([
          ...out.subarray(0, at),
          ...pool[pick(pool.length)].subarray(1),
          ...out.subarray(at),
        ]);
        break;
      default:
        out[at] ^= 1 << pick(8);
    }
  }
  return out.subarray(0, MAX_BYTES);
}

function decoded(bytes) {
  try {
    return decodeValues(bytes);
  } catch (error) {
    if (error.name === 'MalformedRecord' || error.constructor.name === 'MalformedRecord') return undefined;
    throw error;
  }
}

function encoded(values) {
  try {
    return encodeValues(values);
  } catch (error) {
    if (error.name === 'RhaiValueError' || error.name === 'RhaiLimitError') return undefined;
    throw error;
  }
}

let good = 0;
for (let i = 0; i < executions; i++) {
  const bytes = mutate(pool[pick(pool.length)]);
  try {
    const values = decoded(bytes);
    if (values === undefined) continue;
    good++;
    const first = encoded(values);
    if (first !== undefined) {
      const second = encoded(decoded(first));
      if (Buffer.compare(first, second) !== 0) throw new Error('a value changed on its way');
    }
    if (pool.length < MAX_POOL && pick(50) === 0) pool.push(bytes);
  } catch (error) {
    console.error(`execution ${i}: ${Buffer.from(bytes).toString('hex')}\n${error.stack}`);
    process.exit(1);
  }
}
console.log(`${executions} executions, ${good} of them decoded`);
