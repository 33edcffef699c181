import type { Counts } from '../programs/error-code.ts';

export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

/** 12 × CONNECTION_RESET, 1 × IDLE_TIMEOUT. */
export function codes(counts: Counts): string {
  const parts = Object.entries(counts).map(
    ([code, times]) => `${times.toLocaleString('en')} × ${code.replace(/^ERR_/u, '')}`,
  );
  return parts.length === 0 ? 'none' : parts.join(', ');
}
