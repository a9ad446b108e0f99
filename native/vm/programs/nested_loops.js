// The work of nested_loops.rhai, for comparison.
export const main = () => { let n = 0; for (let i = 0; i < 900; i++) for (let j = 0; j < 900; j++) if ((i + j) % 3 === 0) n += 1; return n; };
