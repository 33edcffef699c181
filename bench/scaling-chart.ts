import type { TopLevelSpec } from 'vega-lite';
import { colours, config, subtitleOf } from './chart-style.ts';
import type { Results } from './results.ts';
import { SCALE_CONNECTIONS, SCALE_SIZE } from './workloads/scale.ts';

interface Point {
  /** What is scaled: bytes or connections. */
  readonly scale: number;
  readonly contender: string;
  readonly microseconds: number;
}

/** What a message costs as it grows, and as there are more connections. */
export function scalingChart(results: Results): TopLevelSpec | undefined {
  const bySize = pointsOf(results, SCALE_SIZE);
  const byConnections = pointsOf(results, SCALE_CONNECTIONS);
  if (bySize.length === 0 || byConnections.length === 0) return undefined;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    config,
    title: {
      text: 'What a message costs',
      subtitle: [
        'Lower is better; both axes are logarithmic.',
        ...subtitleOf(results, new Set(bySize.map(({ contender }) => contender))),
      ],
    },
    padding: 16,
    hconcat: [
      panel(bySize, 'size of a message, one way', 'µs per message', {
        16: '16 B',
        256: '256 B',
        4096: '4 KiB',
        65_536: '64 KiB',
        1_048_576: '1 MiB',
      }),
      panel(byConnections, 'connections', 'µs per message and its echo', {
        1: '1',
        10: '10',
        100: '100',
        1000: '1,000',
        10_000: '10,000',
      }),
    ],
  } as TopLevelSpec;
}

function panel(points: readonly Point[], x: string, y: string, ticks: Record<number, string>): object {
  return {
    width: 338,
    height: 300,
    data: { values: points },
    mark: { type: 'line', point: { size: 50 }, strokeWidth: 2 },
    encoding: {
      x: {
        field: 'scale',
        type: 'quantitative',
        scale: { type: 'log', nice: false },
        title: x,
        axis: {
          values: Object.keys(ticks).map(Number),
          labelExpr: `(${JSON.stringify(ticks)})[datum.value]`,
          grid: true,
        },
      },
      y: {
        field: 'microseconds',
        type: 'quantitative',
        scale: { type: 'log' },
        title: y,
        axis: { tickCount: 5 },
      },
      color: {
        field: 'contender',
        type: 'nominal',
        scale: colours(points.map(({ contender }) => contender)),
        legend: { title: null, orient: 'bottom' },
      },
    },
  };
}

function pointsOf({ workloads }: Results, group: string): Point[] {
  return Object.entries(workloads)
    .filter(([name]) => name.startsWith(`${group}/`))
    .flatMap(([name, { contenders }]) =>
      Object.entries(contenders).map(([contender, { median }]) => ({
        scale: Number(name.slice(group.length + 1)),
        contender,
        microseconds: median,
      })),
    );
}
