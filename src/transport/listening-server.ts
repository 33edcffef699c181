import type { Server as NetServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AsyncSubject, EMPTY, map, merge, Observable, Subject, switchMap, take, takeUntil } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import { DuplexConnection, type ConnectionProfile } from '../connection/duplex-connection.ts';
import { socketTraits, type StreamTraits } from '../connection/stream-traits.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import type { ProxyHeader } from '../proxy-protocol/proxy-header.ts';
import { Admissions, type AdmissionsHost } from './admissions.ts';
import type { BindSettings } from './bind-options.ts';
import type { Candidate } from './candidate.ts';
import { checksOf } from './checks.ts';
import { waitingSockets } from './connection-limit.ts';
import { ignoreErrors } from './ignore-errors.ts';
import type { BoundAddress } from './listening.ts';
import { OpenConnections } from './open-connections.ts';
import type { ServerStats } from './server-stats.ts';
import type { Refusal, Server, ShutdownSummary } from './server.ts';
import { probeDelayOf } from './socket-options.ts';
import { endpointOf, localEndpoint, remoteEndpoint, withTls } from './socket-endpoints.ts';
import type { TlsAcceptor } from './tls-acceptor.ts';
import { serverClosed, serverDraining, serverRefused } from './transport-channels.ts';
import { tlsTraits } from './tls-traits.ts';
import type { WaitingSockets, WaitingSocketsHost } from './waiting-sockets.ts';

const UNKNOWN: Endpoint = 'unknown:0';

/**
 * A listening net.Server and the connections that it has accepted.
 *
 * ```text
 *              drain()                      shutdown()
 *   accepting ─────────▶ draining ───────────────────▶ closing ──▶ closed
 *       └─────────────── shutdown() ───────────────────▲     (every connection released)
 * ```
 *
 * In every state but the first nobody is let in.
 */
export class ListeningServer implements Server, AdmissionsHost, WaitingSocketsHost {
  readonly endpoint: Endpoint;
  readonly connections: Observable<Connection>;
  readonly refused: Observable<Refusal>;
  readonly open: Observable<ReadonlySet<Connection>>;
  readonly stats: Observable<ServerStats>;
  readonly closed: Observable<ShutdownSummary>;
  /** Emits while no connection is open. */
  readonly idle: Observable<void>;

  readonly #netServer: NetServer;
  readonly #release: () => void;
  readonly #settings: BindSettings;
  readonly #admissions: Admissions;
  readonly #waitingSockets: WaitingSockets | undefined;
  // A Unix socket that was not bound, or a peer that has reset already and has no address any more (getpeername(2)).
  readonly #nobody: Endpoint;
  // Whether it matters who comes: then nobody comes in without an address.
  readonly #asksWho: boolean;
  readonly #isWildcard: boolean;
  readonly #profile: ConnectionProfile;
  readonly #open = new OpenConnections<DuplexConnection>();
  readonly #arrivals = new Subject<Connection>();
  readonly #refusals = new Subject<Refusal>();
  readonly #draining = new AsyncSubject<void>();
  readonly #listenerClosed = new AsyncSubject<void>();
  // By the stream of the connection; few have one.
  readonly #proxied = new WeakMap<Duplex, ProxyHeader>();
  #waiting: Connection[] = [];
  #accepting = true;
  #releaseError: TransportError | undefined;

  constructor(
    netServer: NetServer,
    bound: BoundAddress,
    settings: BindSettings,
    tcp: StreamTraits,
    acceptor?: TlsAcceptor,
  ) {
    this.endpoint = acceptor === undefined ? bound.endpoint : withTls(bound.endpoint);
    this.#netServer = netServer;
    this.#release = bound.release;
    this.#settings = settings;
    const isUnix = this.endpoint.startsWith('unix:');
    this.#nobody = isUnix ? 'unix:' : UNKNOWN;
    this.#asksWho = settings.accept !== undefined || settings.proxyProtocol !== undefined;
    this.#isWildcard = /^(?:0\.0\.0\.0|\[::\]):/u.test(bound.endpoint);
    const traits = acceptor !== undefined ? tlsTraits : isUnix ? socketTraits : tcp;
    this.#profile = {
      settings,
      role: 'accepted',
      draining: this.#draining,
      traits: { ...traits, proxied: (stream) => this.#proxied.get(stream) },
      endpoint: this.endpoint,
      probeDelay: probeDelayOf(settings),
      onClosed: (connection, summary) => {
        this.#open.closed(connection, summary);
      },
    };
    this.#admissions = new Admissions(checksOf(settings, acceptor, this.endpoint), this);
    this.#waitingSockets = waitingSockets(settings, this);
    // The latest context of TLS that could not be used is told to whoever comes later as well: it is still so.
    const badContexts = (acceptor?.failures ?? EMPTY).pipe(
      map((error): Refusal => ({ remote: undefined, error })),
      takeUntil(this.#listenerClosed),
    );
    this.refused = merge(this.#refusals, badContexts);
    this.open = this.#open.open;
    this.stats = this.#open.stats;
    this.idle = this.#open.none;
    this.connections = new Observable((subscriber) => {
      subscriber.add(this.#arrivals.subscribe(subscriber));
      this.#deliverWaiting();
    });
    // Node closes a listener before its last socket has emitted 'close', so the connections are looked at after that.
    this.closed = this.#listenerClosed.pipe(
      switchMap(() => this.#open.none),
      take(1),
      map(() => this.#summary()),
    );
    // Nobody was refused by it, so it is not counted.
    badContexts.subscribe((refusal) => {
      this.#tellRefusal(refusal);
    });
    this.#listen();
  }

  /** Stops accepting and tells the connections; they go on until each has finished. */
  drain(): void {
    if (serverDraining.hasSubscribers) serverDraining.publish({ server: this });
    this.#stopAccepting();
    this.#draining.next();
    this.#draining.complete();
  }

  /** Stops accepting and closes every connection gracefully. */
  shutdown(): void {
    this.#stopAccepting();
    this.#arrivals.complete();
    this.#open.closeAll();
  }

  #stopAccepting(): void {
    if (!this.#accepting) return;
    this.#accepting = false;
    this.#open.beginShutdown();
    this.#admissions.stop(this.#stopped());
    this.#waitingSockets?.stop();
    this.#netServer.close();
    try {
      this.#release();
    } catch (error) {
      this.#releaseError = toTransportError(error, 'close', this.endpoint);
    }
  }

  #summary(): ShutdownSummary {
    const { summary } = this.#open;
    return this.#releaseError === undefined ? summary : { ...summary, error: this.#releaseError };
  }

  #listen(): void {
    this.#netServer
      .on('connection', (socket) => {
        const remote = remoteEndpoint(socket) ?? this.#nobody;
        if (this.#waitingSockets === undefined) this.onRoom(socket, remote);
        else this.#waitingSockets.add(socket, remote);
      })
      .on('drop', (address) => {
        const remote = endpointOf(address?.remoteAddress, address?.remotePort);
        this.onRefused(remote, this.#full(`${this.#settings.maxConnections} are open`));
      })
      // The listener survives: an error here is one connection that could not be accepted (accept(2)).
      .on('error', (error) => {
        this.onRefused(undefined, toTransportError(error, 'accept', this.endpoint));
      })
      .on('close', () => {
        this.#refusals.complete();
        if (serverClosed.hasSubscribers)
          this.closed.subscribe((summary) => {
            serverClosed.publish({ server: this, summary });
          });
        this.#listenerClosed.next();
        this.#listenerClosed.complete();
        this.#open.noMoreCome();
      });
  }

  /** Who has reset already can be served with what he has said, but cannot be asked for his address. */
  onRoom(socket: Socket, remote: Endpoint): void {
    if (remote === UNKNOWN && this.#asksWho) this.onLeft(socket, remote);
    else this.#admissions.add(socket, remote);
  }

  onNoRoom(socket: Socket, remote: Endpoint): void {
    this.#refuse(socket, remote, this.#full('maxConnections are open, and backlog wait'));
  }

  onNoTurn(socket: Socket, remote: Endpoint): void {
    this.#refuse(socket, remote, this.#stopped());
  }

  onLeft(socket: Socket, remote: Endpoint): void {
    const { endpoint } = this;
    const detail = 'the peer left before it was its turn';
    this.#refuse(
      socket,
      remote,
      new TransportError('ERR_CONNECTION_RESET', { phase: 'accept', endpoint, detail }),
    );
  }

  onRefused(remote: Endpoint | undefined, error: TransportError): void {
    this.#open.refused(error.code);
    const refusal = { remote, error };
    this.#tellRefusal(refusal);
    this.#refusals.next(refusal);
  }

  #tellRefusal(refusal: Refusal): void {
    if (serverRefused.hasSubscribers) serverRefused.publish({ server: this, refusal });
  }

  onAdmitted(candidate: Candidate): void {
    if (this.#arrivals.observed) {
      this.#arrivals.next(this.#toConnection(candidate));
    } else if (this.#waiting.length < this.#settings.backlog) {
      this.#waiting.push(this.#toConnection(candidate));
    } else {
      ignoreErrors(candidate.stream);
      this.#refuse(
        candidate.socket,
        candidate.remote,
        this.#full('nobody subscribes to connections, and backlog is full'),
      );
    }
  }

  /** One at a time, because a subscriber may want only the first. */
  #deliverWaiting(): void {
    while (this.#arrivals.observed) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#arrivals.next(next);
    }
  }

  #toConnection({ socket, stream, proxied, remote: peer }: Candidate): Connection {
    const { endpoint } = this;
    if (proxied !== undefined) this.#proxied.set(stream, proxied);
    // A listener of one address has only that one; of a wildcard, each connection has its own.
    const own = this.#isWildcard ? (localEndpoint(socket) ?? endpoint) : endpoint;
    const secured = stream !== socket;
    // The same text is not kept once for each connection.
    const local = own === endpoint ? endpoint : secured ? withTls(own) : own;
    const connection = new DuplexConnection(stream, local, secured ? withTls(peer) : peer, this.#profile);
    this.#open.add(connection);
    // Now that it is one of ours: who is told may end the server.
    connection.tellOpened();
    return connection;
  }

  #refuse(socket: Socket, remote: Endpoint, error: TransportError): void {
    ignoreErrors(socket);
    socket.destroy();
    this.onRefused(remote, error);
  }

  #full(detail: string): TransportError {
    return new TransportError('ERR_TOO_MANY_CONNECTIONS', {
      phase: 'accept',
      endpoint: this.endpoint,
      detail,
    });
  }

  #stopped(): TransportError {
    const detail = 'the server stopped accepting';
    return new TransportError('ERR_NOT_ACCEPTED', { phase: 'accept', endpoint: this.endpoint, detail });
  }
}
