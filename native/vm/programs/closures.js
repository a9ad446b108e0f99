// The work of closures.rhai, for comparison.
export const main = () => {
  const a = []; for (let i = 0; i < 1000; i++) a.push(i);
  const k = 3; let total = 0;
  for (let r = 0; r < 80; r++) total += a.map((x) => x * k + r).filter((x) => x % 2 === 0).reduce((s, x) => s + x, 0);
  return total;
};
