import type { Counts } from '../programs/error-code.ts';
import type { Row } from './row.ts';

const HEADINGS = [
  'what goes wrong',
  'dials',
  'open',
  'requests',
  'asked',
  'answered',
  'sent',
  'delivered',
  'errors of the client',
  'errors of the server',
  'slowest answer',
  'recovery',
  'left over',
];

/** The rows as a table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(HEADINGS), line(HEADINGS.map(() => '---')), ...rows.map((row) => line(cellsOf(row)))].join(
    '\n',
  );
}

function cellsOf(row: Row): string[] {
  return [
    row.name,
    ...[row.dials, row.connections, row.requests, row.asked, row.answered, row.sent, row.delivered].map(
      (figure) => figure.toLocaleString('en'),
    ),
    codes(row.errors),
    codes(row.serverErrors),
    seconds(row.slowest),
    row.recovery === null ? '' : seconds(row.recovery),
    String(row.left),
  ];
}

function codes(counts: Counts): string {
  const parts = Object.entries(counts).map(([code, times]) => `${times} × ${code.replace(/^ERR_/u, '')}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
