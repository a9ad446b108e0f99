// The work of switch_dispatch.rhai, for comparison.
export const main = () => {
  let acc = 0, op = 0;
  for (let i = 0; i < 300000; i++) {
    op = (op * 7 + i) % 8;
    switch (op) { case 0: acc += 1; break; case 1: acc -= 1; break; case 2: acc += 2; break; case 3: acc -= 2; break; case 4: acc += i % 3; break; case 5: acc ^= 1; break; case 6: acc |= 4; break; default: acc += 0; }
  }
  return acc;
};
