import { defer, switchMap, type Observable } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { formatAddress, formatEndpoint } from '../endpoint/format-endpoint.ts';
import { parseEndpoint } from '../endpoint/parse-endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';
import type { BindOptions } from './bind-options.ts';
import { bind } from './bind.ts';
import type { ConnectOptions } from './connect-options.ts';
import { connect } from './connect.ts';
import { OwnedStreams } from './owned-streams.ts';
import type { Server } from './server.ts';
import type { Transport } from './transport.ts';

/**
 * How a {@link TcpSocketTransport} is made: where it listens, and the options of all that it makes.
 *
 * @public
 */
export interface TcpSocketTransportOptions extends BindOptions, ConnectOptions {
  /** The address to listen on. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** The port to listen on. Default 0: the system picks a free one. */
  readonly port?: number | undefined;
}

/**
 * The class form of {@link bind}, {@link listen} and {@link connect} over TCP, for RPC layers that take a transport.
 *
 * @example
 * ```ts
 * import { serve, TcpSocketTransport } from 'rxjs-net';
 *
 * const transport = new TcpSocketTransport({ port: 7000 });
 * transport.listen().pipe(serve((connection) => connection.received)).subscribe();
 * process.once('SIGTERM', () => {
 *   void transport.close(); // the listener and every connection, gracefully
 * });
 * ```
 * @public
 */
export class TcpSocketTransport implements Transport {
  /** The address that it listens on. */
  readonly host: string;
  /** The port that it listens on; 0 lets the system pick one, which `endpoint` then has. */
  readonly port: number;
  readonly #options: BindOptions & ConnectOptions;
  readonly #owned = new OwnedStreams();

  /** Opens nothing yet. */
  constructor({ host = '127.0.0.1', port = 0, ...options }: TcpSocketTransportOptions = {}) {
    this.host = host;
    this.port = port;
    this.#options = options;
  }

  get endpoint(): Endpoint | undefined {
    return this.#owned.endpoint;
  }

  bind(options: BindOptions = {}): Observable<Server> {
    const server = bind(formatAddress(this.host, this.port), { ...this.#options, ...options });
    return this.#owned.ownServers(server);
  }

  listen(options: BindOptions = {}): Observable<Connection> {
    return this.bind(options).pipe(switchMap(({ connections }) => connections));
  }

  connect(endpoint: string, options: ConnectOptions = {}): Observable<Connection> {
    const connection = defer(() => {
      requireTcp(endpoint);
      return connect(endpoint, { ...this.#options, ...options });
    });
    return this.#owned.ownConnections(connection);
  }

  close(): Promise<void> {
    return this.#owned.close();
  }
}

/** A Unix endpoint is valid for `connect`, but not what a TCP transport was asked to speak. */
function requireTcp(endpoint: string): void {
  const target = parseEndpoint(endpoint);
  if (target.kind === 'tcp') return;
  const detail = 'a TcpSocketTransport dials host:port; use UnixSocketTransport';
  throw new TransportError('ERR_INVALID_ENDPOINT', {
    phase: 'parse',
    endpoint: formatEndpoint(target),
    detail,
  });
}
