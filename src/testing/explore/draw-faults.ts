import { seededRandom, type Random } from '../simulation/seeded-random.ts';
import type { Fault, FaultKind } from './fault.ts';
import type { Target } from './fault-targets.ts';

// Apart from the network and its programs: what they ask of chance changes no fault, and the other way.
const FAULT_SEED = 0x85eb_ca77;

const SHORTEST = 10;

/** What may be drawn. */
export interface Lottery {
  readonly targets: readonly Target[];
  /** How many there are at the most. */
  readonly most: number;
  /** All are over by then. */
  readonly duration: number;
  /** None is longer. */
  readonly longest: number;
}

/**
 * The faults of a seed, by their time: one at least, if any may be.
 *
 * ```text
 *   0 ├──────[ partition ]───[ crash ]──────────────┤ duration
 *                  [ slowReader       ]
 * ```
 *
 * How long one lasts is spread evenly over the orders of magnitude, because time-outs are, too: as many last 10 to 100 ms as 1 to 10 s.
 */
export function drawFaults(seed: number, { targets, most, duration, longest }: Lottery): readonly Fault[] {
  const random = seededRandom(seed + FAULT_SEED);
  if (targets.length === 0 || most === 0) return [];
  const count = 1 + Math.floor(random() * most);
  return Array.from({ length: count }, () => {
    const { kind, names } = pick(random, targets);
    const at = Math.floor(random() * duration);
    const drawn = SHORTEST * (Math.max(longest, SHORTEST) / SHORTEST) ** random();
    const lasts = Math.max(1, Math.min(Math.round(drawn), duration - at));
    return drawOne(random, kind, names, { at, lasts });
  }).sort((one, other) => one.at - other.at);
}

function drawOne(
  random: Random,
  kind: FaultKind,
  names: readonly string[],
  time: { readonly at: number; readonly lasts: number },
): Fault {
  const host = pick(random, names);
  switch (kind) {
    case 'partition':
      return {
        kind,
        ...time,
        between: [
          host,
          pick(
            random,
            names.filter((name) => name !== host),
          ),
        ],
      };
    case 'crash':
      return { kind, ...time, host, how: pick(random, ['reset', 'silence']) };
    case 'slowReader':
      return { kind, ...time, host, bytesPerSecond: pick(random, [1, 10, 100, 1000, 10_000]) };
    case 'dropSyn':
      return { kind, ...time, host, count: 1 + Math.floor(random() * 4) };
    case 'backlogFull':
      return { kind, ...time, host };
    case 'resolution':
      return { kind, ...time, name: host, failure: pick(random, ['ENOTFOUND', 'EAI_AGAIN']) };
    default:
      return kind satisfies never;
  }
}

function pick<T>(random: Random, [first, ...others]: readonly T[]): T {
  const all = first === undefined ? others : [first, ...others];
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new RangeError('nothing to choose from');
  return one;
}
