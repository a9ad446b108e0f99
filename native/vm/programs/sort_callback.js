// The work of sort_callback.rhai, for comparison.
export const main = () => {
  let seed = 42n, out = 0; const a = [];
  for (let i = 0; i < 4000; i++) { seed = (seed * 1103515245n + 12345n) % 2147483648n; a.push(Number(seed)); }
  for (let r = 0; r < 4; r++) { const b = a.slice(); b.sort((x, y) => x - y); out += b[2000]; a.reverse(); }
  return out;
};
