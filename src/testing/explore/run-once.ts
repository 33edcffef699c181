import { firstValueFrom, timer } from 'rxjs';
import { isPromiseLike } from '../../connection/pull-source.ts';
import { invalidOption } from '../../errors/invalid-option.ts';
import { SimulatedNetwork } from '../simulation/simulated-network.ts';
import { SimulationScheduler, StandstillError } from '../simulation/simulation-scheduler.ts';
import { brokenInvariant, requireInvariants, silence } from './check-invariants.ts';
import type { TraceEvent } from '../simulation/trace-event.ts';
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
    if (typeof scenario !== 'function') throw invalidOption('the scenario is no function of a network');
    this.#scenario = scenario;
    this.#settings = settings;
    this.#network = new SimulatedNetwork({ ...settings.network, seed, scheduler: this.#scheduler });
  }

  async run(choose: (hosts: readonly string[]) => readonly Fault[]): Promise<Run> {
    try {
      const [faults, violation] = await this.#run(choose);
      return this.#outcome(faults, violation ?? this.#close());
    } finally {
      this.#close();
    }
  }

  #close(): Violation | undefined {
    try {
      this.#network.close();
      return undefined;
    } catch (error) {
      return this.#programError(error);
    }
  }

  #programError(error: unknown): Violation {
    return { invariant: NO_PROGRAM_ERRS, at: this.#scheduler.now(), error };
  }

  async #run(
    choose: (hosts: readonly string[]) => readonly Fault[],
  ): Promise<[readonly Fault[], Violation | undefined]> {
    const begun = await this.#begin();
    if ('invariant' in begun) return [[], begun];
    const { always = {}, eventually = {} } = begun;
    const faults = choose(this.#network.hosts.map(({ name }) => name));
    return [faults, (await this.#live(faults, always)) ?? this.#check(eventually)];
  }

  #outcome(faults: readonly Fault[], violation: Violation | undefined): Run {
    const { trace } = this.#network;
    const connections = new Set(trace.events.filter(isConnected).map(({ connection }) => connection)).size;
    const virtualTime = this.#scheduler.now();
    return { faults, violation, trace, connections, checks: this.#checks, virtualTime };
  }

  async #begin(): Promise<Invariants | Violation> {
    const invariants = this.#scenario(this.#network);
    if (!isPromiseLike(invariants)) return requireInvariants(invariants);
    if (!this.#settings.promises) {
      silence(invariants);
      throw invalidOption('the scenario gives a Promise, which wants the option promises');
    }
    const [result, violation] = await this.#settled(invariants);
    if (violation !== undefined) return violation;
    if (result.status === 'rejected') throw result.reason;
    return requireInvariants(result.value);
  }

  /** What became of the scenario itself, or of a program that it waited for. */
  async #settled(
    invariants: PromiseLike<Invariants>,
  ): Promise<[PromiseSettledResult<Invariants>, undefined] | [undefined, Violation]> {
    try {
      const [result] = await this.#scheduler.settle(Promise.allSettled([invariants]));
      return [result, undefined];
    } catch (error) {
      if (error instanceof StandstillError) throw error;
      return [undefined, this.#programError(error)];
    }
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
      return this.#programError(error);
    }
  }

  #check(checks: Checks): Violation | undefined {
    return brokenInvariant(checks, this.#scheduler.now(), () => {
      this.#checks += 1;
    });
  }
}

/** The answer to a dial has come. */
function isConnected({ kind, text }: TraceEvent): boolean {
  return kind === 'arrived' && text === 'SYN ACK';
}

function stops(end: number, edges: readonly { readonly at: number }[]): readonly number[] {
  const seconds = Array.from(
    { length: Math.floor(end / CHECK_INTERVAL) },
    (_, n) => (n + 1) * CHECK_INTERVAL,
  );
  const all = new Set([0, ...seconds, ...edges.map(({ at }) => at), end]);
  return [...all].sort((one, other) => one - other);
}
