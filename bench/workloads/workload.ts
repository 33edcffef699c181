import { nagleOf, type Nagle } from '../contenders/nagle.ts';
import type { ContenderName } from '../contenders/registry.ts';

/** How long and how often: for figures, or only to see that everything works. */
export interface Pace {
  readonly rounds: number;
  /** Milliseconds before the first round of a pair of processes, so that the compiler has done its work. */
  readonly warmUp: number;
  /** Milliseconds before each round, so that the caches are warm again. */
  readonly rewarm: number;
  /** Milliseconds that are measured in each round. */
  readonly measured: number;
  readonly smoke: boolean;
}

/** One table: what a round gives a figure of. */
export interface Measure {
  /** Its name in results.json. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
}

/** Who takes part. */
export interface Entrant {
  readonly name: string;
  readonly nagle: Nagle;
}

/** What one round of one entrant has given. */
export interface Sample {
  /** By the names of the measures. */
  readonly values: Readonly<Record<string, number>>;
  /** Microseconds of CPU per message, of all processes. */
  readonly cpu?: number;
  /** The peak of memory in MiB, of all processes. */
  readonly rss?: number;
}

/** The processes of one entrant, which live for some rounds. */
export interface Session {
  /** Measures once. */
  round(): Promise<Sample>;
  close(): void;
}

export interface Workload {
  readonly name: string;
  /** Several that are asked for by one name. */
  readonly group?: string;
  readonly measures: readonly [Measure, ...Measure[]];
  /** Where the processes run. */
  readonly placement: string;
  readonly entrants: readonly Entrant[];
  /** The entrant that the others are divided by. */
  readonly baseline: string;
  /** Who cannot take part, and why. */
  readonly absent?: Readonly<Record<string, string>>;
  /** Left out of a smoke run: it would exercise nothing that another workload does not. */
  readonly notInSmoke?: boolean;
  /** Fewer rounds than asked for, where a round takes long. */
  readonly mostRounds?: number;
  /** How many rounds the processes of an entrant live for, where it is not the usual number. */
  readonly roundsPerSession?: number;
  /** Starts the processes of an entrant, and warms them up. */
  open(entrant: string, pace: Pace): Promise<Session>;
}

export function entrantsOf(...names: readonly ContenderName[]): Entrant[] {
  return names.map((name) => ({ name, nagle: nagleOf[name] }));
}

/** For what can be measured only once in the life of a process. */
export function fresh(
  run: (entrant: string, pace: Pace) => Promise<Sample>,
): Pick<Workload, 'open' | 'roundsPerSession'> {
  return {
    roundsPerSession: 1,
    open: (entrant, pace) => Promise.resolve({ round: () => run(entrant, pace), close: () => undefined }),
  };
}
