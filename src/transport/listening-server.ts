import type { Server as NetServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AsyncSubject, map, Observable, Subject, Subscription, switchMap, take } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import { DuplexConnection, type ConnectionProfile } from '../connection/duplex-connection.ts';
import { socketTraits } from '../connection/stream-traits.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { formatAddress } from '../endpoint/format-endpoint.ts';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import type { BindSettings } from './bind-options.ts';
import type { BoundAddress } from './listening.ts';
import { OpenConnections } from './open-connections.ts';
import type { Refusal, Server, ShutdownSummary } from './server.ts';
import { handshakeInTime } from './handshake-in-time.ts';
import { localEndpoint, remoteEndpoint, withTls } from './socket-endpoints.ts';
import { tcpTraits } from './tcp-traits.ts';
import type { TlsAcceptor } from './tls-acceptor.ts';
import { tlsTraits } from './tls-traits.ts';

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
export class ListeningServer implements Server {
  readonly endpoint: Endpoint;
  readonly connections: Observable<Connection>;
  readonly refused: Observable<Refusal>;
  readonly closed: Observable<ShutdownSummary>;
  /** Emits while no connection is open. */
  readonly idle: Observable<void>;

  readonly #netServer: NetServer;
  readonly #release: () => void;
  readonly #settings: BindSettings;
  readonly #acceptor: TlsAcceptor | undefined;
  // Handshakes that are under way.
  readonly #handshakes = new Subscription();
  readonly #isUnix: boolean;
  readonly #isWildcard: boolean;
  readonly #profile: ConnectionProfile;
  readonly #open = new OpenConnections();
  readonly #arrivals = new Subject<Connection>();
  readonly #refusals = new Subject<Refusal>();
  readonly #draining = new AsyncSubject<void>();
  readonly #listenerClosed = new AsyncSubject<void>();
  #waiting: Connection[] = [];
  #accepting = true;
  #releaseError: TransportError | undefined;

  constructor(netServer: NetServer, bound: BoundAddress, settings: BindSettings, acceptor?: TlsAcceptor) {
    this.endpoint = acceptor === undefined ? bound.endpoint : withTls(bound.endpoint);
    this.#acceptor = acceptor;
    this.#netServer = netServer;
    this.#release = bound.release;
    this.#settings = settings;
    this.#isUnix = this.endpoint.startsWith('unix:');
    this.#isWildcard = /^(?:0\.0\.0\.0|\[::\]):/u.test(bound.endpoint);
    this.#profile = {
      settings,
      role: 'accepted',
      draining: this.#draining,
      traits: acceptor !== undefined ? tlsTraits : this.#isUnix ? socketTraits : tcpTraits,
      onClosed: (connection, summary) => {
        this.#open.closed(connection, summary);
      },
    };
    this.refused = this.#refusals.asObservable();
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
    this.#listen();
  }

  /** Stops accepting and tells the connections; they go on until each has finished. */
  drain(): void {
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
    this.#handshakes.unsubscribe();
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
    const failures = this.#acceptor?.failures.subscribe((error) => {
      this.#refusals.next({ remote: undefined, error });
    });
    this.#netServer
      .on('connection', (socket) => {
        const acceptor = this.#acceptor;
        if (acceptor === undefined) this.#onOpen(socket, socket);
        else this.#secure(socket, acceptor);
      })
      .on('drop', (address) => {
        const remote = addressOf(address?.remoteAddress, address?.remotePort);
        this.#refuse('ERR_TOO_MANY_CONNECTIONS', `${this.#settings.maxConnections} are open`, remote);
      })
      // The listener survives: an error here is one connection that could not be accepted (accept(2)).
      .on('error', (error) => {
        this.#refusals.next({ remote: undefined, error: toTransportError(error, 'accept', this.endpoint) });
      })
      .on('close', () => {
        failures?.unsubscribe();
        this.#refusals.complete();
        this.#listenerClosed.next();
        this.#listenerClosed.complete();
      });
  }

  /** A handshake that fails, or takes too long, is reported, and reaches nobody else. */
  #secure(socket: Socket, acceptor: TlsAcceptor): void {
    socket.on('error', ignoreOfRefused);
    const remote = remoteEndpoint(socket);
    const handshake = handshakeInTime(acceptor.secure(socket), this.#settings, this.endpoint).subscribe({
      next: (secured) => {
        this.#onOpen(socket, secured);
      },
      error: (error: unknown) => {
        this.#refusals.next({ remote, error: toTransportError(error, 'handshake', this.endpoint) });
      },
    });
    this.#handshakes.add(handshake);
  }

  /** The stream is what is read and written: the socket, or what secures it. */
  #onOpen(socket: Socket, stream: Duplex): void {
    if (this.#arrivals.observed) {
      this.#arrivals.next(this.#toConnection(socket, stream));
    } else if (this.#waiting.length < this.#settings.backlog) {
      this.#waiting.push(this.#toConnection(socket, stream));
    } else {
      const remote = remoteEndpoint(socket);
      stream.on('error', ignoreOfRefused).destroy();
      this.#refuse(
        'ERR_TOO_MANY_CONNECTIONS',
        'nobody subscribes to connections, and backlog is full',
        remote,
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

  #toConnection(socket: Socket, stream: Duplex): Connection {
    const { endpoint } = this;
    // A listener of one address has only that one; of a wildcard, each connection has its own.
    const own = this.#isWildcard ? (localEndpoint(socket) ?? endpoint) : endpoint;
    // A peer that has reset already has no address any more (getpeername(2), ENOTCONN).
    const peer = remoteEndpoint(socket) ?? (this.#isUnix ? 'unix:' : 'unknown:0');
    const secured = stream !== socket;
    // The same text is not kept once for each connection.
    const local = own === endpoint ? endpoint : secured ? withTls(own) : own;
    const remote = secured ? withTls(peer) : peer;
    const connection = new DuplexConnection(stream, local, remote, this.#profile);
    this.#open.add(connection);
    return connection;
  }

  #refuse(code: 'ERR_TOO_MANY_CONNECTIONS', detail: string, remote: Endpoint | undefined): void {
    this.#refusals.next({
      remote,
      error: new TransportError(code, { phase: 'accept', endpoint: this.endpoint, detail }),
    });
  }
}

function addressOf(host: string | undefined, port: number | undefined): Endpoint | undefined {
  return host === undefined || port === undefined ? undefined : formatAddress(host, port);
}

function ignoreOfRefused(): void {
  // The peer was refused; how it takes that is not of interest.
}
