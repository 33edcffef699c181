import { invalidOption } from '../../errors/invalid-option.ts';
import { millisecondsOption, quantityOption } from '../../errors/option-range.ts';
import type { SimulatedNetworkOptions } from '../simulation/network-options.ts';

/**
 * What a run of a scenario is like, beside its seed and its faults.
 *
 * @public
 */
export interface RunOptions {
  /** Milliseconds of virtual time in which faults happen; all are healed at its end. Default 60000. */
  readonly duration?: number | undefined;
  /** Milliseconds after that, without a fault, until `eventually` has to hold. Default 120000: longer than the keep-alive of TCP. */
  readonly quiet?: number | undefined;
  /** Of the network, but for its seed and its time. Default: those of {@link SimulatedNetwork}. */
  readonly network?: Omit<SimulatedNetworkOptions, 'scheduler' | 'seed'> | undefined;
  /**
   * Whether programs, or the scenario, use Promises: they get their turns while time passes, which makes a run some times slower.
   * Default false
   */
  readonly promises?: boolean | undefined;
}

/** {@link RunOptions} with every default in its place. */
export interface RunSettings {
  readonly duration: number;
  readonly quiet: number;
  readonly network: Omit<SimulatedNetworkOptions, 'scheduler' | 'seed'>;
  readonly promises: boolean;
}

export function readRunOptions(options: RunOptions): RunSettings {
  const { network = {}, promises = false } = options;
  const duration = finite('duration', millisecondsOption('duration', options.duration, 60_000));
  const quiet = finite('quiet', millisecondsOption('quiet', options.quiet, 120_000));
  return { duration, quiet, network, promises };
}

export function readSeed(seed: number | undefined): number {
  if (seed === undefined) throw invalidOption('a seed is missing; it takes a whole number, from 0');
  return finite('a seed', quantityOption('a seed', seed, seed));
}

export function finite(name: string, value: number): number {
  if (value !== Infinity) return value;
  throw invalidOption(`${name} is Infinity; a run has an end`);
}
