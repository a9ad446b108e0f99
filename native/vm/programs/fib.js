// The work of fib.rhai, for comparison.
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
export const main = () => fib(25);
