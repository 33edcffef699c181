import type { ResolutionFailure } from '../simulation/names.ts';
import type { Crash } from '../simulation/simulated-host.ts';

/**
 * When a {@link Fault} begins, and for how long it is there.
 *
 * @public
 */
export interface Lasting {
  /** When it begins: milliseconds of virtual time. */
  readonly at: number;
  /** Milliseconds until it is healed. */
  readonly lasts: number;
}

/**
 * Something that befalls a simulated network for a while, as data: it can be printed, made simpler, and replayed.
 *
 * The names of the kinds are those of the methods of {@link SimulatedNetwork}; `host`, `between` and `name` are the names of its hosts.
 *
 * @public
 */
export type Fault = Lasting &
  (
    | {
        /** Nothing passes between two hosts. */
        readonly kind: 'partition';
        /** The names of the two. */
        readonly between: readonly [string, string];
      }
    | {
        /** A host goes down, and restarts when it is healed. */
        readonly kind: 'crash';
        /** Which. */
        readonly host: string;
        /** What its peers notice. */
        readonly how: Crash;
      }
    | {
        /** A host takes little of what is sent to it. */
        readonly kind: 'slowReader';
        /** Which. */
        readonly host: string;
        /** How much, of each connection. */
        readonly bytesPerSecond: number;
      }
    | {
        /** Some dials of a host are lost at first. */
        readonly kind: 'dropSyn';
        /** Which is dialled. */
        readonly host: string;
        /** How many SYN are dropped. */
        readonly count: number;
      }
    | {
        /** A host answers no dial. */
        readonly kind: 'backlogFull';
        /** Which. */
        readonly host: string;
      }
    | {
        /** A name does not resolve. */
        readonly kind: 'resolution';
        /** Which. */
        readonly name: string;
        /** What the resolver says. */
        readonly failure: ResolutionFailure;
      }
  );

/**
 * The kinds of {@link Fault}.
 *
 * @public
 */
export type FaultKind = Fault['kind'];

export const FAULT_KINDS: readonly FaultKind[] = [
  'partition',
  'crash',
  'slowReader',
  'dropSyn',
  'backlogFull',
  'resolution',
];

/** What it is, for people. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'partition':
      return `partition of ${fault.between.join(' and ')}`;
    case 'crash':
      return `crash of ${fault.host}, ${fault.how}`;
    case 'slowReader':
      return `${fault.host} reads ${fault.bytesPerSecond} B/s`;
    case 'dropSyn':
      return `${fault.host} drops ${fault.count} SYN`;
    case 'backlogFull':
      return `backlog of ${fault.host} full`;
    case 'resolution':
      return `${fault.name} resolves: ${fault.failure}`;
    default:
      return fault satisfies never;
  }
}
