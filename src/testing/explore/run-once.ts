import { firstValueFrom, timer } from 'rxjs';
import { isPromiseLike } from '../../connection/pull-source.ts';
import { invalidOption } from '../../errors/invalid-option.ts';
import { SimulatedNetwork } from '../simulation/simulated-network.ts';
import { SimulationScheduler } from '../simulation/simulation-scheduler.ts';
import { brokenInvariant, requireInvariants, silence } from './check-invariants.ts';
import type { Fault } from './fault.ts';
import { NO_PROGRAM_ERRS, NO_SUBSCRIBER_ERRS, type Run, type Violation } from './run.ts';
import type { RunSettings } from './run-options.ts';
import { faultEdges } from './inject-faults.ts';
import type { Checks, Invariants, Scenario } from './scenario.ts';
import { withUnhandledErrors } from './unhandled-errors.ts';

// What always holds is looked at so often.
const CHECK_INTERVAL = 1000;

/** Runs a scenario once. @param choose - its faults, when it is known which hosts there are */
export async function runOnce(
  scenario: Scenario,
  settings: RunSettings,
  seed: number,
  choose: (hosts: readonly string[]) => readonly Fault[],
): Promise<Run> {
  const [run, unhandled] = await withUnhandledErrors(() =>
    new ScenarioRun(scenario, settings, seed).run(choose),
  );
  if (unhandled.length === 0) return run;
  // RxJS tells of it when the run is over.
  const [invariant, at, error] = [NO_SUBSCRIBER_ERRS, run.virtualTime, unhandled[0]];
  return { ...run, violation: { invariant, at, error, consequence: run.violation } };
}

/**
 * ```text
 *   scenario ──▶ faults begin and are healed ──▶ quiet ──▶ eventually
 *            always, at each of them and each second
 * ```
 */
class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #settings: RunSettings;
  readonly #scheduler: SimulationScheduler = new SimulationScheduler();
  readonly #network: SimulatedNetwork;
  #checks = 0;

  constructor(scenario: Scenario, settings: RunSettings, seed: number) {
    this.#scenario = scenario;
    this.#settings = settings;
    this.#network = new SimulatedNetwork({ ...settings.network, seed, scheduler: this.#scheduler });
  }

  async run(choose: (hosts: readonly string[]) => readonly Fault[]): Promise<Run> {
    try {
      return await this.#run(choose);
    } finally {
      this.#network.close();
    }
  }

  async #run(choose: (hosts: readonly string[]) => readonly Fault[]): Promise<Run> {
    const { always = {}, eventually = {} } = await this.#begin();
    const faults = choose(this.#network.hosts.map(({ name }) => name));
    const violation = (await this.#live(faults, always)) ?? this.#check(eventually);
    const { trace } = this.#network;
    const connections = trace.events.reduce((most, { connection }) => Math.max(most, connection), 0);
    const virtualTime = this.#scheduler.now();
    return { faults, violation, trace, connections, checks: this.#checks, virtualTime };
  }

  async #begin(): Promise<Invariants> {
    const invariants = this.#scenario(this.#network);
    if (!isPromiseLike(invariants)) return requireInvariants(invariants);
    if (this.#settings.promises) return requireInvariants(await this.#scheduler.settle(invariants));
    silence(invariants);
    throw invalidOption('the scenario gives a Promise, which wants the option promises');
  }

  async #live(faults: readonly Fault[], always: Checks): Promise<Violation | undefined> {
    const edges = faultEdges(this.#network, faults);
    const healed = Math.max(this.#settings.duration, edges.at(-1)?.at ?? 0);
    for (const stop of stops(healed + this.#settings.quiet, edges)) {
      const failure = await this.#passUntil(stop);
      if (failure !== undefined) return failure;
      for (const { at, inject } of edges) if (at === stop) inject();
      const violation = this.#check(always);
      if (violation !== undefined) return violation;
    }
    return undefined;
  }

  async #passUntil(stop: number): Promise<Violation | undefined> {
    const scheduler = this.#scheduler;
    try {
      if (!this.#settings.promises) scheduler.flush(stop);
      else await scheduler.settle(firstValueFrom(timer(stop - scheduler.now(), scheduler)));
      return undefined;
    } catch (error) {
      return { invariant: NO_PROGRAM_ERRS, at: scheduler.now(), error };
    }
  }

  #check(checks: Checks): Violation | undefined {
    return brokenInvariant(checks, this.#scheduler.now(), () => {
      this.#checks += 1;
    });
  }
}

function stops(end: number, edges: readonly { readonly at: number }[]): readonly number[] {
  const seconds = Array.from(
    { length: Math.floor(end / CHECK_INTERVAL) },
    (_, n) => (n + 1) * CHECK_INTERVAL,
  );
  const all = new Set([0, ...seconds, ...edges.map(({ at }) => at), end]);
  return [...all].sort((one, other) => one - other);
}
