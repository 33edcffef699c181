import type { Observable } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { TransportError } from '../errors/transport-error.ts';
import type { ServerStats } from './server-stats.ts';

/**
 * What became of the connections that were open when a server began to shut down.
 *
 * @public
 */
export interface ShutdownSummary {
  /** Ended cleanly: by themselves, or by flushing and FIN within `closeTimeout`. */
  readonly drained: number;
  /** Reset by us, because the peer did not close within `closeTimeout`. */
  readonly forced: number;
  /** Lost to something else: a reset by the peer, the network, an abort. */
  readonly lost: number;
  /** Connections that were not let in, as `refused` reports them, as long as the server lived. */
  readonly refused: number;
  /** Bytes that were written and never handed to the kernel, of all of them together. */
  readonly bytesDiscarded: number;
  /** Why the file of a Unix socket could not be removed, if it could not. */
  readonly error?: TransportError;
}

/**
 * A connection that was not let in.
 *
 * @public
 */
export interface Refusal {
  /** Who asked; behind a proxy that tells it, its client. Undefined when the system could not even accept. */
  readonly remote: Endpoint | undefined;
  /**
   * Why: `ERR_TOO_MANY_CONNECTIONS`, `ERR_NOT_ACCEPTED`, `ERR_PROXY_HEADER`, what its handshake failed with, `ERR_CONNECTION_RESET`
   * when it left before that, or what the system failed to accept with. Without a `remote`, also a context of TLS that cannot be
   * used: the one before stays in use.
   */
  readonly error: TransportError;
}

/**
 * A bound socket. It lives as long as the subscription to {@link bind} that emitted it.
 *
 * @public
 */
export interface Server {
  /** The real endpoint: port 0 is resolved here. */
  readonly endpoint: Endpoint;
  /**
   * Each accepted connection, unread. Hot; those that come before anyone subscribes wait, at most `backlog` of them.
   * Completes when the server has drained or is closed.
   */
  readonly connections: Observable<Connection>;
  /** Connections that were refused. Hot; completes when the server is closed. */
  readonly refused: Observable<Refusal>;
  /**
   * The connections that are open: now, and a new set after each change. To look at them takes none of them from the subscriber of
   * `connections`. Completes when the server is closed; replays that none is left.
   */
  readonly open: Observable<ReadonlySet<Connection>>;
  /**
   * The counts: now, and after each connection that comes, goes, or is refused. Completes when the server is closed; replays the last.
   *
   * `timer(0, 10_000).pipe(switchMap(() => server.stats.pipe(take(1))))` samples them. Each emission looks at every open
   * connection, for its bytes; nothing is computed while nobody subscribes.
   */
  readonly stats: Observable<ServerStats>;
  /** Emits the summary when the listener and every connection are released, and completes. Replays. */
  readonly closed: Observable<ShutdownSummary>;
}
