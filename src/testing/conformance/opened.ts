import type { Connection } from '../../connection/connection.ts';
import type { ServeOutcome } from '../../operators/serve.ts';
import type { BindOptions } from '../../transport/bind-options.ts';
import type { ConnectOptions } from '../../transport/connect-options.ts';
import type { Server, ShutdownSummary } from '../../transport/server.ts';
import type { Recording } from './recording.ts';

/** A server that a case has bound. */
export interface Bound {
  readonly server: Server;
  /** The subscription to `bind`, and what came of it. */
  readonly binding: Recording<Server>;
  /** The next connection. */
  readonly accept: () => Promise<Connection>;
  /** Unsubscribes from `bind`, and waits until all is released. */
  readonly stop: () => Promise<ShutdownSummary>;
}

/** A connection that a case has dialled. */
export interface Dialled {
  readonly connection: Connection;
  /** The subscription to `connect`, and what came of it. */
  readonly dialling: Recording<Connection>;
}

/** The two ends of one connection. */
export interface Pair {
  readonly accepted: Connection;
  readonly dialled: Connection;
  readonly dialling: Recording<Connection>;
  readonly bound: Bound;
}

/** A server whose connections have a handler. */
export interface Served {
  readonly server: Server;
  readonly bound: Bound;
  readonly outcomes: Recording<ServeOutcome>;
}

/** How the two ends of a case are made. */
export interface PairOptions {
  readonly bind?: BindOptions;
  readonly connect?: ConnectOptions;
}
