// The work of mandelbrot.rhai, for comparison.
export const main = () => {
  let total = 0;
  for (let py = 0; py < 60; py++) for (let px = 0; px < 60; px++) {
    const cx = px / 30 - 1.5, cy = py / 30 - 1; let x = 0, y = 0, n = 0;
    while (n < 50 && x * x + y * y <= 4) { const t = x * x - y * y + cx; y = 2 * x * y + cy; x = t; n += 1; }
    total += n;
  }
  return total;
};
