import type { Counts } from './error-code.ts';
import type { Leftovers } from './leftovers.ts';

/** How the client of a scenario behaves. */
export interface ClientSettings {
  readonly endpoint: string;
  readonly seed: number;
  /** Of the first client; the connections are numbered by it, for the server's report. */
  readonly firstNumber: number;
  /** Clients that dial, ask, and redial, each for itself. */
  readonly clients: number;
  /** Requests of each. */
  readonly requests: number;
  /** Requests of a client that may be unanswered at a time. */
  readonly window: number;
  /** Milliseconds before each request. */
  readonly pace: number;
  /** Notes that go before each request. */
  readonly notes: number;
  /** Bytes of a note or request, at the most. */
  readonly payload: number;
  /** Messages that are pulled by a `send` of their own, on every connection. */
  readonly bulk: number;
  readonly bulkPayload: number;
  readonly oneByteWrites: boolean;
  /** After how many answers a client leaves a frame unfinished, once; 0 for never. */
  readonly stallAfter: number;
  readonly connectTimeout: number;
  readonly idleTimeout: number | null;
  readonly closeTimeout: number;
  readonly keepAliveInitialDelay: number;
  /** The longest wait of the back-off. */
  readonly longestBackoff: number;
}

/** One connection, as the client saw it. */
export interface DialledConnection {
  readonly number: number;
  /** Given to `send`, as far as it has asked for them. */
  readonly sent: number;
  readonly bulkSent: number;
  readonly delivered: number;
  readonly disorder: number;
  /** What the server has said to have had. */
  readonly acknowledged: number;
  /** Whether it came to a clean end. */
  readonly clean: boolean;
  readonly error?: string;
}

export interface ClientReport {
  readonly dials: number;
  readonly connections: readonly DialledConnection[];
  readonly requests: number;
  /** Requests sent, those again that were asked again on a new connection. */
  readonly asked: number;
  readonly answered: number;
  readonly answeredTwice: number;
  readonly wrongAnswers: number;
  /** Milliseconds from the first asking of a request to its answer, redials included. */
  readonly slowest: number;
  readonly errors: Counts;
  /** Milliseconds from the end of the fault until every client that was not done had an answer. */
  readonly recovery: number | null;
  readonly left: Leftovers;
}

export type ClientMessage =
  { readonly kind: 'ready' } | { readonly kind: 'finished'; readonly report: ClientReport };
