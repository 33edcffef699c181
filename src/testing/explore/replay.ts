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
  /** The seed of the run, as the failure names it. */
  readonly seed: number;
  /** What befalls the network, and when. */
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
 * Errors: {@link ExplorationError} when something does not hold; `ERR_INVALID_OPTION`; what the scenario itself throws.
 *
 * @example
 * ```ts
 * import { serve } from 'rxjs-net';
 * import { replay } from 'rxjs-net/testing';
 *
 * const trace = await replay(
 *   (network) => {
 *     const server = network.host('server');
 *     server.run(() => server.transport({ port: 7000 }).listen().pipe(serve(({ received }) => received)));
 *     return {};
 *   },
 *   { seed: 17, faults: [{ kind: 'crash', at: 3000, lasts: 8000, host: 'server', how: 'silence' }] },
 * );
 * console.log(trace.diagram());
 * ```
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
