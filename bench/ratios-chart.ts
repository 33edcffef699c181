import type { TopLevelSpec } from 'vega-lite';
import { colours, config, familyOf, subtitleOf } from './chart-style.ts';
import type { Results, WorkloadResult } from './results.ts';

interface Point {
  readonly workload: string;
  readonly contender: string;
  readonly family: string;
  readonly times: number;
  readonly low: number;
  readonly high: number;
}

/** How many times as good as the baseline each contender is, per workload. */
export function ratiosChart(results: Results): TopLevelSpec | undefined {
  // The curves have a chart of their own, and one that compares chunks of one decoder compares no contenders.
  const shown = Object.entries(results.workloads).filter(
    ([name]) => !name.includes('/') && name !== 'decode-large',
  );
  const points = shown.flatMap(pointsOf);
  if (points.length === 0) return undefined;
  const y = {
    field: 'workload',
    type: 'nominal',
    sort: points.map(({ workload }) => workload),
    title: null,
    axis: { grid: true, labelLimit: 320 },
  };
  const x = {
    type: 'quantitative',
    scale: { type: 'log' },
    title: 'times as good as the baseline (log scale)',
    axis: { tickCount: 6 },
  };
  const color = {
    field: 'family',
    type: 'nominal',
    scale: colours(points.map(({ family }) => family)),
    legend: { title: null, orient: 'bottom', columns: 5 },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    config,
    title: {
      text: 'How many times as good as node:net',
      subtitle: [
        'One socket.write per message with the defaults of Node is 1, where no other baseline is named; right is better.',
        ...subtitleOf(results, new Set(['net', ...points.map(({ contender }) => contender)])),
      ],
    },
    width: 900,
    height: 26 * new Set(points.map(({ workload }) => workload)).size,
    autosize: { type: 'fit-x', contains: 'padding' },
    padding: 16,
    layer: [
      {
        mark: { type: 'rule', color: '#57606a', strokeDash: [4, 3] },
        data: { values: [{}] },
        encoding: { x: { datum: 1, type: 'quantitative' } },
      },
      {
        mark: { type: 'rule', strokeWidth: 2, opacity: 0.5 },
        data: { values: points },
        encoding: { y, color, x: { ...x, field: 'low' }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'point', filled: true, opacity: 0.9 },
        data: { values: points },
        encoding: {
          y,
          color,
          x: { ...x, field: 'times' },
          size: { condition: { test: "datum.family === 'rxjs-net'", value: 130 }, value: 60 },
        },
      },
    ],
  } as TopLevelSpec;
}

function pointsOf([name, result]: [string, WorkloadResult]): Point[] {
  const { baseline, better, contenders } = result;
  const workload = baseline === 'net' ? name : `${name} (to ${baseline})`;
  return Object.entries(contenders)
    .filter(([contender]) => contender !== baseline)
    .map(([contender, { ratio, q1, q3 }]) => {
      const times = (value: number): number => (better === 'more' ? value : 1 / value);
      const ends = [times(q1), times(q3)];
      return {
        workload,
        contender,
        family: familyOf(contender),
        times: times(ratio),
        low: Math.min(...ends),
        high: Math.max(...ends),
      };
    });
}
