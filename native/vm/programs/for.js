// The work of for.rhai, for comparison.
export const main = () => { let sum = 0; for (let i = 0; i < 1000000; i++) sum += i * 2 - 1; return sum; };
