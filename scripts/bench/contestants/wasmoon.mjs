/**
 * wasmoon: Lua 5.4 compiled to WASM, on the calling thread. Promises of the host are awaited by yielding a Lua coroutine.
 * Its own doString mixes up the stack when two calls overlap, so each run gets a Lua thread of its own, held in the registry while it lives.
 */
import { LUA_REGISTRYINDEX, LuaFactory } from 'wasmoon';
import { FIB_LUA, sleep } from '../lib/work.mjs';

export const name = 'wasmoon';

export async function open() {
  const { global } = await new LuaFactory().createEngine();
  const { lua } = global;
  global.set('plusOne', (x) => x + 1);
  global.set('plusOneLater', async (x) => x + 1);
  global.set('sleep', sleep);
  const chunks = new Map();
  /** The chunk's place in Lua's registry; parsed once. */
  const compile = (source) => {
    if (!chunks.has(source)) {
      global.loadString(source);
      chunks.set(source, lua.luaL_ref(global.address, LUA_REGISTRYINDEX));
    }
    return chunks.get(source);
  };
  const prepare = (source) => {
    const chunk = compile(source);
    const thread = global.newThread();
    const anchor = lua.luaL_ref(global.address, LUA_REGISTRYINDEX);
    lua.lua_rawgeti(thread.address, LUA_REGISTRYINDEX, BigInt(chunk));
    return { thread, release: () => lua.luaL_unref(global.address, LUA_REGISTRYINDEX, anchor) };
  };
  const run = async (source) => {
    const { thread, release } = prepare(source);
    const [value] = await thread.run(0);
    release();
    return value;
  };
  const runSync = (source) => {
    const { thread, release } = prepare(source);
    const [value] = thread.runSync(0);
    release();
    return value;
  };
  const loop = (n, call) => `local sum = 0; for i = 0, ${n} - 1 do sum = sum + ${call} end; return sum`;
  const later = (n) => loop(n, 'plusOneLater(i):await()');
  const many = (count, source) => Promise.all(Array.from({ length: count }, () => run(source)));
  return {
    asyncCalls: (n) => run(later(n)),
    syncCalls: (n) => runSync(loop(n, 'plusOne(i)')),
    manyScripts: (scripts, n) => many(scripts, later(n)),
    tinyEvalSync: () => runSync('return 20 + 22'),
    tinyEval: () => run('return 20 + 22'),
    tinyEvals: (count) => many(count, 'return 20 + 22'),
    waiting: (count, ms) => many(count, `return sleep(${ms}):await()`),
    fib: (n) => runSync(`${FIB_LUA} return fib(${n})`),
    close: () => global.close(),
  };
}
