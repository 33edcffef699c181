import type { Trace } from '../simulation/trace.ts';
import { ExplorationError } from './exploration-error.ts';
import { readRunOptions, readSeed, type RunOptions } from './run-options.ts';
import type { Fault } from './fault.ts';
import { readFaults } from './read-faults.ts';
import { writeReport } from './report.ts';
import { runOnce } from './run-once.ts';
import type { Scenario } from './scenario.ts';

/**
 * Which run {@link replay} runs.
 *
 * @public
 */
export interface ReplayOptions extends RunOptions {
  readonly seed: number;
  readonly faults: readonly Fault[];
}

/**
 * Runs a scenario once, with one seed and these faults: those that {@link explore} has found, or any others.
 *
 * ```text
 * scenario    --------------#          ExplorationError, with the whole trace
 * scenario    ----------------------|  the trace of a run in which everything holds
 * ```
 *
 * ```ts
 * const trace = await replay(scenario, {
 *   seed: 17,
 *   faults: [{ kind: 'partition', at: 3000, lasts: 8000, between: ['client', 'server'] }],
 * });
 * console.log(trace.diagram());
 * ```
 *
 * Errors: {@link ExplorationError} when something does not hold; `ERR_INVALID_OPTION`; what the scenario itself throws.
 *
 * @public
 */
export async function replay(scenario: Scenario, options: ReplayOptions): Promise<Trace> {
  const seed = readSeed((options as ReplayOptions | undefined)?.seed);
  const given = readFaults(options.faults);
  const run = await runOnce(scenario, readRunOptions(options), seed, () => given);
  const { faults, violation, trace } = run;
  if (violation === undefined) return trace;
  const failure = { seed, faults, violation, trace };
  const history = 'The faults, as they were given:';
  throw new ExplorationError(writeReport({ ...failure, isWhole: true, history }), failure);
}
