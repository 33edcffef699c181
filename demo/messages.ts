import { defer, fromEvent, of, type Observable } from 'rxjs';
import type { ShutdownSummary } from 'rxjs-net';

/** What the processes of the demo tell main.ts, over Node's IPC channel. */
export type ServerMessage = ServerListening | ServerClosed;
export type ClientMessage = ClientProgress | ClientFinished;

export interface ServerListening {
  readonly kind: 'listening';
  readonly endpoint: string;
}

export interface ServerClosed {
  readonly kind: 'closed';
  readonly answered: number;
  /** Milliseconds from the signal until everything was released. */
  readonly drainTime: number;
  readonly summary: ShutdownSummary;
}

export interface ClientProgress {
  readonly kind: 'progress';
  /** When it was so, in milliseconds. */
  readonly at: number;
  readonly answered: number;
  readonly inFlight: number;
  readonly connections: number;
  readonly bytes: number;
}

export interface ClientFinished {
  readonly kind: 'finished';
  readonly sent: number;
  /** Answered exactly once, and rightly. */
  readonly answered: number;
  readonly lost: number;
  /** Answers that nobody waited for: to a request that was answered before, or never sent. */
  readonly duplicated: number;
  readonly wrong: number;
  /** Requests without an answer when the first GOAWAY came. */
  readonly inFlightAtGoAway: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Milliseconds within which half, and 99 of 100, of the answers came. */
  readonly p50: number;
  readonly p99: number;
  /** Why connections were lost. */
  readonly errors: readonly string[];
}

/** Tells main.ts, if it is still there. */
export function report(message: ServerMessage | ClientMessage): void {
  if (process.connected) process.send?.(message);
}

/** Emits when main.ts is gone, at once if it is gone already: then nobody waits for us any more. */
export const orphaned: Observable<unknown> = defer(() =>
  process.connected ? fromEvent(process, 'disconnect') : of(undefined),
);
