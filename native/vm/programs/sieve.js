// The work of sieve.rhai, for comparison.
export const main = () => {
  const n = 200000, flags = new Array(n + 1).fill(true); let count = 0;
  for (let i = 2; i <= n; i++) if (flags[i]) { count += 1; let j = i * i; while (j <= n) { flags[j] = false; j += i; } }
  return count;
};
