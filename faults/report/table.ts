import { codes, markdownTable } from './markdown.ts';
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
  return markdownTable(HEADINGS, rows.map(cellsOf));
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

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
