/** The report as rows of the README's table: our best way, the best peer, and how the two compare. */
import { best, bestPeer, OURS } from './judge.mjs';
import { figure } from './table.mjs';

export function markdown(report) {
  const rows = report.flatMap(({ title, unit, rows: all, verdicts }) => {
    const ours = all.filter((row) => row.who === OURS);
    return ours.length ? [line(title, unit, best(ours), bestPeer(all), verdicts)] : [];
  });
  return [
    '| case | unit | ours: median [min … max] | best peer | ratio | goal |',
    '|---|---|---|---|---|---|',
    ...rows,
  ];
}

function line(title, unit, ours, peer, verdicts) {
  const spread = `**${figure(ours.median)}** [${figure(ours.min)} … ${figure(ours.max)}]`;
  const other = peer ? `${peer.who} ${figure(peer.median)}` : '–';
  const ratio = peer ? `${figure(ours.median / peer.median)} ×` : '–';
  const goal = verdicts.find(({ label }) => label === 'goal');
  const verdict = goal ? `${goal.text}: ${goal.ok ? 'met' : `missed, ${figure(goal.value)}`}` : '–';
  return `| ${title} | ${unit} | ${spread} | ${other} | ${ratio} | ${verdict} |`;
}
