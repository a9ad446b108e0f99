/** What every contestant is given to do, so that nobody does something easier: the same timer, the same fib. */
export const FIB_JS = 'function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }';
export const FIB_RHAI = 'fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }';
export const FIB_LUA = 'local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end';

/** A host function that waits: one promise, one timer. */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms, ms));
