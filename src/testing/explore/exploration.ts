import { FAULT_KINDS, type Fault, type FaultKind } from './fault.ts';
import type { Tried } from './run.ts';

/**
 * What an exploration that has found nothing has tried.
 *
 * @public
 */
export interface Exploration {
  /** How many runs there were, each with a seed of its own. */
  readonly runs: number;
  /** How many faults of each kind happened. */
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** How many connections were made; as far as the traces tell, so 0 with a `traceLimit` of 0. */
  readonly connections: number;
  /** How often an invariant was looked at. */
  readonly checks: number;
  /** Milliseconds that passed in the networks, all runs together. */
  readonly virtualTime: number;
}

/**
 * How far an exploration has come.
 *
 * @public
 */
export interface ExploreProgress {
  /** The seed of the run that is done. */
  readonly seed: number;
  /** What befell its network. */
  readonly faults: readonly Fault[];
  /** Runs that are done, this one included. */
  readonly done: number;
  /** Runs that there will be. */
  readonly of: number;
}

/** Sums up what runs have tried. */
export function sumUp(runs: readonly Tried[]): Exploration {
  const total = (count: (run: Tried) => number): number => runs.reduce((sum, run) => sum + count(run), 0);
  const ofKind = (kind: FaultKind): number =>
    total(({ faults }) => faults.filter((fault) => fault.kind === kind).length);
  return {
    runs: runs.length,
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, ofKind(kind)])) as Record<FaultKind, number>,
    connections: total(({ connections }) => connections),
    checks: total(({ checks }) => checks),
    virtualTime: total(({ virtualTime }) => virtualTime),
  };
}
