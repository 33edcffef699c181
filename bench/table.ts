import type { Figures, WorkloadResult } from './results.ts';

const HEADINGS = ['contender', 'median', 'ratio', 'q1–q3', 'CPU µs', 'peak RSS MiB', 'Nagle'];

/** A table for a person, and a line below it for each who could not take part. */
export function tableOf(name: string, result: WorkloadResult): string {
  const { title, unit, better, baseline, placement, rounds, contenders, absent = {} } = result;
  const rows = Object.entries(contenders).map(([contender, figures]) => rowOf(contender, figures));
  const direction = better === 'more' ? 'more is better' : 'less is better';
  return [
    `${name}: ${title} (${unit}, ${direction}; ratio to ${baseline}; ${placement}; rounds: ${rounds})`,
    ...aligned([HEADINGS, ...rows]),
    ...Object.entries(absent).map(([contender, why]) => `  ${contender}: n/a, ${why}`),
    '',
  ].join('\n');
}

function rowOf(contender: string, { median, ratio, q1, q3, cpu, rss, nagle }: Figures): string[] {
  const spread = `${short(q1)}–${short(q3)}`;
  return [contender, readable(median), short(ratio), spread, short(cpu), readable(rss), nagle];
}

/** Names to the left, figures to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `  ${cells.join('  ')}`;
  });
}

/** 12,345 or 12.3. */
function readable(value: number | undefined): string {
  if (value === undefined) return '';
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });
}

/** Three digits at the most, but whole numbers whole. */
export function short(value: number | undefined): string {
  if (value === undefined) return '';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
