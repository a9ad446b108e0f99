// The work of property_chains.rhai, for comparison.
export const main = () => {
  const o = { a: { b: { c: 1, list: [{ n: 0 }] } }, total: 0 };
  for (let i = 0; i < 200000; i++) { o.a.b.c += 1; o.a.b.list[0].n = o.a.b.c; o.total += o.a.b.list[0].n % 7; }
  return o.total;
};
