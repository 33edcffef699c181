import type { Sample } from './workload.ts';

/** What a round of a pair of processes has shown. */
export interface PairFigures {
  readonly perSecond: number;
  /** Microseconds of CPU per message, of both. */
  readonly cpu: number;
  /** The peaks of memory in MiB, of both together. */
  readonly rss: number;
}

/** Messages a second, as the measure of this name. */
export function rateAs(measure: string): (figures: PairFigures) => Sample {
  return ({ perSecond, cpu, rss }) => ({ values: { [measure]: perSecond }, cpu, rss });
}

/** Microseconds for a message, as the measure of this name. */
export function costAs(measure: string): (figures: PairFigures) => Sample {
  return ({ perSecond, cpu, rss }) => ({ values: { [measure]: 1e6 / perSecond }, cpu, rss });
}
