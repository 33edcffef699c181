import type { ResolutionFailure } from '../simulation/names.ts';
import type { Crash } from '../simulation/simulated-host.ts';

interface Lasting {
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
    | { readonly kind: 'partition'; readonly between: readonly [string, string] }
    | { readonly kind: 'crash'; readonly host: string; readonly how: Crash }
    | { readonly kind: 'slowReader'; readonly host: string; readonly bytesPerSecond: number }
    | { readonly kind: 'dropSyn'; readonly host: string; readonly count: number }
    | { readonly kind: 'backlogFull'; readonly host: string }
    | { readonly kind: 'resolution'; readonly name: string; readonly failure: ResolutionFailure }
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
