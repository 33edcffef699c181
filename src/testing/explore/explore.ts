import { sumUp, type Exploration } from './exploration.ts';
import { drawFaults } from './draw-faults.ts';
import { explain, hasFailed } from './explain.ts';
import { readExploreOptions, type ExploreOptions } from './explore-options.ts';
import { readTargets } from './fault-targets.ts';
import type { Tried } from './run.ts';
import { runOnce } from './run-once.ts';
import type { Scenario } from './scenario.ts';

/**
 * Runs a scenario over many seeds, each in a network of its own and with faults of its own, until something does not hold.
 *
 * ```text
 * seed 1   --[partition]------[crash]-|~~~~~~~~  everything holds
 * seed 2   ----[slowReader]-[crash]---|~~~~~~~#  not everything is answered after the quiet time
 *          -----------------[crash]---|~~~~~~~#  the same with fewer and simpler faults
 * ```
 *
 * Faults are healed one by one, and all at the end of `duration`; then it is quiet, and then what `eventually` has to hold is looked
 * at. What a program errs with, or a subscriber throws, and nobody handles is a failure as well. A failure is run again with fewer
 * faults, and then with simpler ones, as long as the same invariant breaks; at most 500 times.
 *
 * The same seed fails in the same way on every machine, as long as programs take their time from `network.scheduler` and their chance
 * from `network.random`; a failure that does not come twice is reported as such. `RXJS_NET_SEED=17` in the environment makes every
 * exploration run that seed alone, and show the whole trace of a failure.
 *
 * Errors: {@link ExplorationError} with the seed, the faults, what did not hold, a part of the trace, and how to replay it;
 * `ERR_INVALID_OPTION`; what the scenario itself throws.
 *
 * @example
 * ```ts
 * import { serve } from 'rxjs-net';
 * import { explore, ExplorationError } from 'rxjs-net/testing';
 * import { catchError, EMPTY, merge, mergeMap, tap, timer } from 'rxjs';
 *
 * const searching = explore(
 *   (network) => {
 *     const [server, client] = [network.host('server'), network.host('client')];
 *     let isAnswered = false;
 *     server.run(() => server.transport({ port: 7000 }).listen().pipe(serve(({ received }) => received)));
 *     client.run(() =>
 *       timer(20_000, network.scheduler).pipe(
 *         mergeMap(() => client.transport().connect('server:7000')),
 *         mergeMap((connection) => merge(connection.send(['hello\n']), connection.received)),
 *         tap(() => (isAnswered = true)),
 *         catchError(() => EMPTY), // gives up where it should redial
 *       ),
 *     );
 *     return { eventually: { 'the client is answered': () => isAnswered } };
 *   },
 *   { seeds: 200, faults: { crash: ['server'] } },
 * );
 * await searching.catch((error: unknown) => {
 *   if (error instanceof ExplorationError) console.log(error.violation.invariant); // the client is answered
 * });
 * ```
 * @see docs/simulation.md
 * @public
 */
export async function explore(scenario: Scenario, options: ExploreOptions = {}): Promise<Exploration> {
  const settings = readExploreOptions(options);
  const { seeds, run: runSettings, maxFaults: most, maxFaultDuration: longest } = settings;
  const { duration } = runSettings;
  const runs: Tried[] = [];
  for (const seed of seeds) {
    const run = await runOnce(scenario, runSettings, seed, (hosts) =>
      drawFaults(seed, { targets: readTargets(settings.faults, hosts), most, duration, longest }),
    );
    if (hasFailed(run)) throw await explain(scenario, settings, seed, run);
    const { faults, connections, checks, virtualTime } = run;
    // Without its trace, of which there may be thousands.
    runs.push({ faults, connections, checks, virtualTime });
    options.progress?.({ seed, faults, done: runs.length, of: seeds.length });
  }
  return sumUp(runs);
}
