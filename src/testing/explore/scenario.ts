import type { SimulatedNetwork } from '../simulation/simulated-network.ts';

/**
 * What has to hold, each by a sentence that says it; it does not when the function throws, or returns `false`.
 *
 * It is looked at in one moment of the run, so it gives no Promise (`ERR_INVALID_OPTION`).
 *
 * @public
 */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- `() => expect(…)` gives nothing, and a Promise is refused
export type Checks = Readonly<Record<string, () => boolean | void>>;

/**
 * What a scenario promises.
 *
 * @public
 */
export interface Invariants {
  /** What holds at any time: nothing is done twice. Looked at each second, and when a fault begins or is healed. */
  readonly always?: Checks | undefined;
  /** What holds at the end, when all faults are healed and it has been quiet for a while: everything is answered. */
  readonly eventually?: Checks | undefined;
}

/**
 * Puts hosts into a network, runs programs on them, and says what has to hold; it is called anew for each run.
 *
 * It takes its time from `network.scheduler` and its chance from `network.random`, and lets nothing of one run come into the next.
 *
 * @example
 * ```ts
 * import { backoff, serve } from 'rxjs-net';
 * import { explore, type Scenario } from 'rxjs-net/testing';
 * import { merge, mergeMap, repeat, retry, tap } from 'rxjs';
 *
 * const scenario: Scenario = (network) => {
 *   const { random, scheduler } = network;
 *   const [server, client] = [network.host('server'), network.host('client')];
 *   let isAnswered = false;
 *   server.run(() => server.transport({ port: 7000 }).listen().pipe(serve(({ received }) => received)));
 *   client.run(() =>
 *     client
 *       .transport()
 *       .connect('server:7000')
 *       .pipe(
 *         mergeMap((connection) => merge(connection.send(['hello\n']), connection.received)),
 *         tap(() => (isAnswered = true)),
 *         repeat({ delay: backoff({ scheduler, random }) }),
 *         retry({ delay: backoff({ scheduler, random }) }),
 *       ),
 *   );
 *   return { eventually: { 'the client is answered': () => isAnswered } };
 * };
 *
 * const { runs } = await explore(scenario, { seeds: 10 });
 * console.log(runs); // 10
 * ```
 * @public
 */
export type Scenario = (network: SimulatedNetwork) => Invariants | PromiseLike<Invariants>;
