/** Prints one case as a table: each row's median and spread (with the 99th percentile where that is what counts), and its median against the best peer's. */
import { bestPeer } from './judge.mjs';

export function print({ title, unit, goal }, rows, verdicts) {
  console.log(`\n${title}  [${unit}]`);
  const peer = bestPeer(rows);
  const columns = goal?.of === 'p99' ? ['median', 'p99', 'min', 'max'] : ['median', 'min', 'max'];
  const width = Math.max(...rows.map((row) => label(row).length), 12);
  console.log(
    `  ${''.padEnd(width)} ${[...columns, '× best peer'].map((head) => head.padStart(12)).join('')}`,
  );
  for (const row of rows) {
    const ratio = peer ? figure(row.median / peer.median) : '';
    console.log(
      `  ${label(row).padEnd(width)} ${columns.map((column) => figure(row[column]).padStart(12)).join('')}${ratio.padStart(12)}`,
    );
  }
  for (const { label: kind, text, value, ok } of verdicts)
    console.log(`  ${ok ? 'ok  ' : 'MISS'} ${kind}: ${text} — ${figure(value)}`);
}

const label = ({ who, way }) => (way ? `${who} (${way})` : who);

/** Three digits that matter, without exponents. */
export function figure(x) {
  if (!Number.isFinite(x)) return '–';
  const size = Math.abs(x);
  return x.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
