import type { Sample } from './workloads/workload.ts';

/** A middle and the spread around it. */
export interface Spread {
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), q1: quantile(sorted, 0.25), q3: quantile(sorted, 0.75) };
}

/**
 * How many times another's value a value is. It is computed for each round and only then summed up: what slows a machine
 * down for some seconds slows both ends of a ratio.
 */
export function ratioOf(measure: string, samples: readonly Sample[], others: readonly Sample[]): Spread {
  return spreadOf(
    samples.map(({ values }, round) => (values[measure] ?? NaN) / (others[round]?.values[measure] ?? NaN)),
  );
}

function quantile(sorted: readonly number[], part: number): number {
  const position = part * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}
