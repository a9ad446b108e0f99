// The work of while.rhai, for comparison.
export const main = () => { let i = 0, sum = 0; while (i < 1000000) { sum += i; i += 1; } return sum; };
