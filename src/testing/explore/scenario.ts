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
 * ```ts
 * const scenario: Scenario = (network) => {
 *   const [server, client] = [network.host('server'), network.host('client')];
 *   const answered = new Set<number>();
 *   server.run(() => rpcServer(server.transport({ port: 7000 })));
 *   client.run(() => rpcClient(client.transport(), 'server:7000').pipe(tap(({ id }) => answered.add(id))));
 *   return { eventually: { 'every request is answered': () => answered.size === 20 } };
 * };
 * ```
 *
 * @public
 */
export type Scenario = (network: SimulatedNetwork) => Invariants | PromiseLike<Invariants>;
