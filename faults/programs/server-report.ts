import type { Counts } from './error-code.ts';
import type { Leftovers } from './leftovers.ts';

/** How the server of a scenario behaves. */
export interface ServerSettings {
  readonly endpoint: string;
  readonly backlog: number;
  /** Notes that go before each answer. */
  readonly notes: number;
  /** Bytes of a note. */
  readonly payload: number;
  readonly idleTimeout: number | null;
  readonly frameTimeout: number;
  readonly closeTimeout: number;
  readonly keepAliveInitialDelay: number;
}

/** One connection, as the server saw it. */
export interface ServedConnection {
  /** The number that the client gave it; absent when no message came. */
  readonly number?: number | undefined;
  readonly delivered: number;
  readonly bulk: number;
  readonly disorder: number;
  readonly sent: number;
  readonly error?: string;
}

export interface ServerReport {
  readonly served: readonly ServedConnection[];
  readonly refused: Counts;
  readonly left: Leftovers;
}

export type ServerMessage =
  { readonly kind: 'ready' } | { readonly kind: 'finished'; readonly report: ServerReport };
