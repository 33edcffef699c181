import { codes, markdownTable } from '../report/markdown.ts';
import type { Measure, SoakReport } from './soak-report.ts';

// Of the heap after the warm-up.
export const GROWTH_LIMIT = 0.05;
const MIB = 1024 * 1024;

/** What one of the two processes has come to. */
export interface Side {
  readonly who: 'server' | 'client';
  readonly warm: Measure;
  readonly end: Measure;
  readonly report: SoakReport;
}

const HEADINGS = [
  'process',
  'connections',
  'messages received',
  'twice or out of order',
  'connections lost',
  'heap after the warm-up',
  'heap at the end',
  'growth',
  'buffers',
  'descriptors left',
];

export function tableOf(sides: readonly Side[]): string {
  return markdownTable(HEADINGS, sides.map(cellsOf));
}

function cellsOf({ who, warm, end, report }: Side): string[] {
  const { connections, delivered, disorder, errors } = report;
  return [
    who,
    ...[connections, delivered, disorder].map((figure) => figure.toLocaleString('en')),
    codes(errors),
    mebibytes(warm.heap),
    mebibytes(end.heap),
    percent(growth(warm, end)),
    `${mebibytes(warm.arrayBuffers)}, ${mebibytes(end.arrayBuffers)}`,
    String(Math.max(0, end.descriptors)),
  ];
}

/** Everything that must hold; each text is a complaint. */
export function failuresOf(sides: readonly Side[]): string[] {
  return sides.flatMap(({ who, warm, end, report }) => {
    const failures = [...report.complaints];
    const grown = growth(warm, end);
    if (grown >= GROWTH_LIMIT)
      failures.push(`the heap of the ${who} has grown by ${percent(grown)} since the warm-up`);
    if (report.disorder > 0)
      failures.push(`${report.disorder} messages came twice or out of order at the ${who}`);
    for (const { descriptors, resources } of [warm, end, report.left]) {
      if (descriptors > 0) failures.push(`the ${who} has ${descriptors} descriptors more than at its start`);
      if (resources.length > 0) failures.push(`the ${who} has left ${resources.join(', ')}`);
    }
    return failures;
  });
}

/** The share by which the heap has grown. */
export function growth(before: Measure, after: Measure): number {
  return (after.heap - before.heap) / before.heap;
}

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(2)} MiB`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
