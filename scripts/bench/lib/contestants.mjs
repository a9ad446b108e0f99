/** Opens the contestants. One that cannot be loaded is named with the reason and left out: the others can still be measured. */
const ALL = ['rhai-bridge', 'isolated-vm', 'quickjs-emscripten', 'wasmoon', 'rhai', 'bare-timers'];

export async function openContestants(only = ALL) {
  const opened = [];
  for (const file of ALL.filter((name) => only.includes(name))) {
    try {
      const { name, open } = await import(`../contestants/${file}.mjs`);
      opened.push({ name, api: await open() });
    } catch (error) {
      console.log(`Left out: ${file}: ${error.message.split('\n')[0]}`);
    }
  }
  return opened;
}

export async function closeContestants(contestants) {
  for (const { api } of contestants) await api.close?.();
}
