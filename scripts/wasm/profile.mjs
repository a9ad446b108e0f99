/**
 * Which functions of a module a first script needs: a copy of it in which every function marks that it was called runs the scripts below,
 * in the package as it stands in src. What is not called here is in the rest of the module (see split.mjs), and works all the same.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { CODE, constant, IMPORT, list, MEMORY, moduleOf, Reader, sectionsOf, sized, unsigned } from './binary.mjs';
import { joined, parted } from './split.mjs';
import { root } from './stamp.mjs';

/**
 * The least that a script can be, and one that calls the host. More here makes every start longer, and saves nobody the rest: there is
 * always something that a larger script needs of it.
 */
const SCRIPTS = ['20 + 22', 'ask(20) + later(2)'];

/** The same code, whose functions mark their bytes in a page of memory that nobody else knows of. */
function marking(bytes) {
  const sections = sectionsOf(bytes);
  const body = (id) => sections.find((section) => section.id === id).body;
  const limits = new Reader(body(MEMORY));
  const [count, flags, pages, most] = [limits.byte(), limits.byte(), limits.unsigned(), limits.unsigned()];
  const imports = new Reader(body(IMPORT)).unsigned();
  const begin = pages * 65536;
  const bodies = new Reader(body(CODE)).list((reader) => reader.take(reader.unsigned()));
  const marked = bodies.map((each, at) => {
    const mark = [...constant(begin + imports + at), ...constant(1), 0x3a, 0, 0]; // i32.store8
    const reader = new Reader(each);
    const locals = reader.passed((head) => head.list((local) => [local.unsigned(), local.byte()]));
    return sized(Buffer.concat([locals, Buffer.from(mark), each.subarray(reader.at)]));
  });
  const changed = {
    [MEMORY]: Buffer.from([count, flags, ...unsigned(pages + 1), ...unsigned(most)]),
    [CODE]: list(marked),
  };
  return { begin, bytes: moduleOf(sections.map(({ id, body: old }) => ({ id, body: changed[id] ?? old }))) };
}

/** The package as one file. */
async function bundled(folder) {
  const bundle = await rolldown({ cwd: root, input: 'src/entry/node.ts', platform: 'node', external: /^node:/, tsconfig: false });
  const file = join(folder, 'package.mjs');
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  return import(pathToFileURL(file).href);
}

/** The memories of the instances that are made while `work` runs. */
async function memoriesOf(work) {
  const memories = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(module, imports) {
      super(module, imports);
      if (this.exports.memory) memories.push(this.exports.memory);
    }
  };
  await work().finally(() => (WebAssembly.Instance = Instance));
  return memories;
}

async function beginners({ RhaiEngine }, wasmUrl) {
  const engine = await RhaiEngine.create({ backend: 'wasm', mode: 'inline', wasmUrl });
  engine.registerFunction('ask', (value) => value);
  engine.registerFunction('later', async (value) => value);
  for (const script of SCRIPTS) await engine.evalAsync(script);
  engine.eval('20 + 22');
  engine.dispose();
}

/** The numbers of the functions that are called. */
export async function firstFunctions(module) {
  const folder = mkdtempSync(join(tmpdir(), 'rhai-bridge-profile-'));
  try {
    const { begin, bytes } = marking(module);
    const file = join(folder, 'marking.wasm');
    writeFileSync(file, joined(parted(bytes, () => true)));
    const entry = await bundled(folder);
    const memories = await memoriesOf(() => beginners(entry, pathToFileURL(file)));
    const called = new Set();
    for (const { buffer } of memories)
      new Uint8Array(buffer, begin, 65536).forEach((mark, index) => mark && called.add(index));
    return called;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
