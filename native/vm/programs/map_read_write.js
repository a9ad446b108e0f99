// The work of map_read_write.rhai, for comparison.
export const main = () => {
  const keys = [], m = {}; for (let i = 0; i < 100; i++) keys.push("key" + i);
  for (const k of keys) m[k] = 0;
  for (let r = 0; r < 2500; r++) for (const k of keys) m[k] = m[k] + 1;
  return m["key7"] + Object.keys(m).length;
};
