// The code frame: two lines around a position with a caret under the column.
// Used in messages of syntax errors and when an error is printed; never throws, whatever the position says.

const CONTEXT_LINES = 1;
const MAX_LINE_CHARS = 160;

function clip(line: string): string {
  return line.length > MAX_LINE_CHARS ? line.slice(0, MAX_LINE_CHARS) + '…' : line;
}

/** Text with the lines around `line` (1-based) and a caret at `column` (1-based, in characters), or '' when unknown. */
export function codeFrame(source: string | undefined, line: number, column: number): string {
  if (!source || line < 1) return '';
  const lines = source.split(/\r?\n/);
  if (line > lines.length) return '';
  const first = Math.max(1, line - CONTEXT_LINES);
  const last = Math.min(lines.length, line + CONTEXT_LINES);
  const width = String(last).length;
  const out: string[] = [];
  for (let n = first; n <= last; n++) {
    out.push(`${n === line ? '>' : ' '} ${String(n).padStart(width)} | ${clip(lines[n - 1]!)}`);
    if (n === line && column > 0 && column <= MAX_LINE_CHARS) {
      out.push(`  ${' '.repeat(width)} | ${' '.repeat(column - 1)}^`);
    }
  }
  return out.join('\n');
}
