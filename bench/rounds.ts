import type { Pace, Sample, Session, Workload } from './workloads/workload.ts';

/** All that was measured of a workload: the samples of each entrant, one per round. */
export interface Outcome {
  readonly workload: Workload;
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
}

export interface Progress {
  readonly workload: string;
  readonly entrant: string;
  readonly round: number;
  readonly rounds: number;
}

// Between two noises: fresh processes are not warm, and old ones keep for ever what the compiler has happened to decide.
const ROUNDS_PER_SESSION = 3;

function roundsOf({ mostRounds = Infinity }: Workload, { rounds }: Pace): number {
  return Math.min(rounds, mostRounds);
}

/** How many samples a workload gives. */
export function samplesOf(workload: Workload, pace: Pace): number {
  return roundsOf(workload, pace) * workload.entrants.length;
}

/**
 * Runs the entrants of a workload in turn, round after round, each time beginning with another one: whatever changes on
 * the machine in the meantime meets all of them.
 */
export async function runRounds(
  workload: Workload,
  pace: Pace,
  onProgress: (progress: Progress) => void,
): Promise<Outcome> {
  const { name, entrants, roundsPerSession = ROUNDS_PER_SESSION } = workload;
  const rounds = roundsOf(workload, pace);
  const samples = new Map<string, Sample[]>(entrants.map((entrant) => [entrant.name, []]));
  const sessions = new Map<string, Session>();
  const measure = async (entrant: string): Promise<Sample> => {
    try {
      const session = sessions.get(entrant) ?? (await workload.open(entrant, pace));
      sessions.set(entrant, session);
      return await session.round();
    } catch (cause) {
      throw new Error(`${name} failed for ${entrant}`, { cause });
    }
  };
  const closeAll = (): void => {
    for (const session of sessions.values()) session.close();
    sessions.clear();
  };
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const index of entrants.keys()) {
        const entrant = entrants[(index + round) % entrants.length]?.name ?? '';
        onProgress({ workload: name, entrant, round: round + 1, rounds });
        samples.get(entrant)?.push(await measure(entrant));
      }
      if ((round + 1) % roundsPerSession === 0) closeAll();
    }
  } finally {
    closeAll();
  }
  return { workload, samples };
}
