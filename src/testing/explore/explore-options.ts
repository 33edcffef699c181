import { invalidOption } from '../../errors/invalid-option.ts';
import { millisecondsOption, quantityOption } from '../../errors/option-range.ts';
import type { FaultTargets } from './fault-targets.ts';
import type { ExploreProgress } from './exploration.ts';
import { finite, readRunOptions, readSeed, type RunOptions, type RunSettings } from './run-options.ts';

/**
 * How {@link explore} looks for a bug.
 *
 * @public
 */
export interface ExploreOptions extends RunOptions {
  /** How many seeds, from 1 up, or which. Default 100. */
  readonly seeds?: number | Iterable<number> | undefined;
  /** Which faults may happen, and to whom. Default: all kinds, to all hosts. */
  readonly faults?: FaultTargets | undefined;
  /** How many faults there are in a run, at the most. Default 6. */
  readonly maxFaults?: number | undefined;
  /** Milliseconds that a fault lasts at the most. Default: half of `duration`. */
  readonly maxFaultDuration?: number | undefined;
  /** Told of each run that has found nothing. */
  readonly progress?: ((progress: ExploreProgress) => void) | undefined;
}

/** {@link ExploreOptions} with every default in its place. */
export interface ExploreSettings {
  readonly run: RunSettings;
  readonly seeds: readonly number[];
  /** One seed was asked for by the environment: everything about it is of interest. */
  readonly isAlone: boolean;
  readonly faults: FaultTargets;
  readonly maxFaults: number;
  readonly maxFaultDuration: number;
}

/** The variable of the environment that makes `explore` run one seed alone. */
export const SEED_VARIABLE = 'RXJS_NET_SEED';

export function readExploreOptions(options: ExploreOptions): ExploreSettings {
  const run = readRunOptions(options);
  const asked = process.env[SEED_VARIABLE];
  const isAlone = asked !== undefined && asked !== '';
  const half = Math.ceil(run.duration / 2);
  return {
    run,
    seeds: isAlone ? [readSeed(Number(asked))] : readSeeds(options.seeds),
    isAlone,
    faults: options.faults ?? {},
    maxFaults: finite('maxFaults', quantityOption('maxFaults', options.maxFaults, 6)),
    maxFaultDuration: millisecondsOption('maxFaultDuration', options.maxFaultDuration, half),
  };
}

function readSeeds(seeds: number | Iterable<number> = 100): readonly number[] {
  if (typeof seeds !== 'number') {
    const listed = Array.from(seeds, readSeed);
    if (listed.length > 0) return listed;
    throw invalidOption('seeds is empty; an exploration of none would always pass');
  }
  const count = finite('seeds', quantityOption('seeds', seeds, seeds, 1));
  return Array.from({ length: count }, (_, index) => index + 1);
}
