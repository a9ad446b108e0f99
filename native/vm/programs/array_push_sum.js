// The work of array_push_sum.rhai, for comparison.
export const main = () => { const a = []; for (let i = 0; i < 300000; i++) a.push(i); let sum = 0; for (const x of a) sum += x; return sum; };
