import { defer, switchMap, type Observable } from 'rxjs';
import type { Connection } from '../../connection/connection.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';
import { formatAddress } from '../../endpoint/format-endpoint.ts';
import { parseEndpoint } from '../../endpoint/parse-endpoint.ts';
import { TransportError } from '../../errors/transport-error.ts';
import type { BindOptions } from '../../transport/bind-options.ts';
import { bindOver } from '../../transport/bind.ts';
import type { ConnectOptions } from '../../transport/connect-options.ts';
import { connectOver } from '../../transport/connect.ts';
import type { Network } from '../../transport/network.ts';
import { OwnedStreams } from '../../transport/owned-streams.ts';
import type { Server } from '../../transport/server.ts';
import type { Transport } from '../../transport/transport.ts';

/**
 * Where a transport of a simulated host listens, and the options of all that it makes.
 *
 * @public
 */
export interface SimulatedTransportOptions extends BindOptions, ConnectOptions {
  /** The address to listen on. Default: that of the host; `0.0.0.0` for all of it. */
  readonly host?: string | undefined;
  /** The port to listen on. Default 0: any that is free. */
  readonly port?: number | undefined;
}

/** The same class form as over TCP, with the network as a parameter. */
export class SimulatedTransport implements Transport {
  readonly #network: Network;
  readonly #host: string;
  readonly #port: number;
  readonly #options: BindOptions & ConnectOptions;
  readonly #owned = new OwnedStreams();

  constructor(network: Network, { host = '0.0.0.0', port = 0, ...options }: SimulatedTransportOptions) {
    this.#network = network;
    this.#host = host;
    this.#port = port;
    this.#options = options;
  }

  get endpoint(): Endpoint | undefined {
    return this.#owned.endpoint;
  }

  bind(options: BindOptions = {}): Observable<Server> {
    const settings = { ...this.#options, ...options };
    const server = defer(() => {
      requirePlainTcp(formatAddress(this.#host, this.#port), settings);
      return bindOver(this.#network, formatAddress(this.#host, this.#port), settings);
    });
    return this.#owned.ownServers(server);
  }

  listen(options: BindOptions = {}): Observable<Connection> {
    return this.bind(options).pipe(switchMap(({ connections }) => connections));
  }

  connect(endpoint: string, options: ConnectOptions = {}): Observable<Connection> {
    const settings = { ...this.#options, ...options };
    const connection = defer(() => {
      requirePlainTcp(endpoint, settings);
      return connectOver(this.#network, endpoint, settings);
    });
    return this.#owned.ownConnections(connection);
  }

  close(): Promise<void> {
    return this.#owned.close();
  }
}

/**
 * Cryptography takes turns of the real event loop, files are of the real machine, and a host has one address and the names of its
 * network.
 */
function requirePlainTcp(endpoint: string, options: BindOptions & ConnectOptions): void {
  const target = parseEndpoint(endpoint);
  const { tls, fd, localAddress, lookup } = options;
  const isPlain = target.kind === 'tcp' && !target.tls && (tls ?? false) === false && fd === undefined;
  if (isPlain && localAddress === undefined && lookup === undefined) return;
  const detail = isPlain
    ? 'localAddress and lookup are not simulated: see network.host and network.resolution'
    : 'a simulated network speaks plain TCP: neither TLS, Unix sockets nor descriptors';
  throw new TransportError('ERR_UNSUPPORTED', { phase: 'parse', detail });
}
