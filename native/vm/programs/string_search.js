// The work of string_search.rhai, for comparison.
export const main = () => {
  let text = ""; for (let i = 0; i < 2000; i++) text += "lorem ipsum dolor ";
  text += "needle"; let hits = 0; const words = text.split(" ");
  for (let i = 0; i < 300; i++) if (text.includes("needle")) hits += 1;
  for (let r = 0; r < 20; r++) for (const w of words) { if (w.startsWith("ips")) hits += 1; if (w.indexOf("lor") >= 0) hits += 1; }
  return hits;
};
