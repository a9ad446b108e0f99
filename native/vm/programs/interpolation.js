// The work of interpolation.rhai, for comparison.
export const main = () => { let total = 0; for (let i = 0; i < 100000; i++) { const s = `item ${i}: ${i * 2} (${i % 2 === 0})`; total += s.length; } return total; };
