// The work of array_index.rhai, for comparison.
export const main = () => {
  const a = new Array(1000).fill(1);
  for (let r = 0; r < 250; r++) for (let i = 1; i < 1000; i++) a[i] = (a[i - 1] + a[i]) % 1000;
  return a[999];
};
