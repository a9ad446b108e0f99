// The work of method_this.rhai, for comparison.
class O { constructor() { this.count = 0; this.calls = 0; } add(n) { this.count += n; this.calls += 1; } get() { return this.count - this.calls; } }
export const main = () => { const o = new O(); let sum = 0; for (let i = 0; i < 100000; i++) { o.add(i % 5); sum += o.get() % 3; } return sum; };
