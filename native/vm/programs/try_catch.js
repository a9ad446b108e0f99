// The work of try_catch.rhai, for comparison.
function check(n) { if (n % 3 === 0) throw n; return n; }
export const main = () => { let sum = 0; for (let i = 0; i < 200000; i++) { try { sum += check(i); } catch (e) { sum -= e; } } return sum; };
