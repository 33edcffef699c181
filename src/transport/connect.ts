import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  catchError,
  defer,
  first,
  map,
  merge,
  NEVER,
  Observable,
  switchMap,
  takeUntil,
  tap,
  throwError,
  type MonoTypeOperatorFunction,
} from 'rxjs';
import { connectionOpened } from '../connection/connection-channels.ts';
import type { Connection } from '../connection/connection.ts';
import { DuplexConnection } from '../connection/duplex-connection.ts';
import { socketTraits } from '../connection/stream-traits.ts';
import type { Endpoint, EndpointParts } from '../endpoint/endpoint.ts';
import { formatAddress, formatEndpoint } from '../endpoint/format-endpoint.ts';
import { parseEndpoint } from '../endpoint/parse-endpoint.ts';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import { readConnectOptions, type ConnectOptions, type ConnectSettings } from './connect-options.ts';
import { dial } from './dial.ts';
import { handshakeInTime } from './handshake-in-time.ts';
import { inTime } from './in-time.ts';
import { nodeNetwork, type Network } from './network.ts';
import { localEndpoint, remoteEndpoint, withTls } from './socket-endpoints.ts';
import { probeDelayOf } from './socket-options.ts';
import { tellBefore } from './tell-before.ts';
import { tellOfDial } from './tell-of-dial.ts';
import { secureDialled } from './tls-handshake.ts';
import { readTlsOptions, type TlsSettings } from './tls-options.ts';
import { tlsTraits } from './tls-traits.ts';
import { whileSubscribed } from './while-subscribed.ts';

/**
 * Dials an endpoint and emits the one connection. Cold: every subscription dials anew, so `retry` redials.
 *
 * ```text
 * connect      ---c------|   the connection was closed cleanly
 *              ---c------#   it was lost
 *              ---#          it could not be made
 * unsubscribe  ---c---!      flushes, sends FIN, waits for the peer at most closeTimeout, then resets
 * ```
 *
 * Whoever subscribed owns the connection: `firstValueFrom(connect(…))` closes what it returns. Use
 * {@link openConnection} where a Promise of an open connection is wanted.
 *
 * Errors: `ERR_INVALID_ENDPOINT`, `ERR_INVALID_OPTION`, `ERR_HOST_NOT_FOUND`, `ERR_CONNECT_TIMEOUT`,
 * `ERR_CONNECTION_REFUSED`, `ERR_HOST_UNREACHABLE`, `ERR_ENDPOINT_NOT_FOUND`, `ERR_NOT_A_SOCKET`,
 * `ERR_PATH_TOO_LONG`, `ERR_PERMISSION_DENIED`, `ERR_ABORTED`; with TLS those of the handshake (`ERR_CERTIFICATE_…`,
 * `ERR_NO_SHARED_PROTOCOL`, `ERR_NOT_TLS`, `ERR_HANDSHAKE_TIMEOUT`, `ERR_TLS_FAILED`); and once open, whatever the connection was lost with.
 *
 * @example
 * ```ts
 * import { connect } from 'rxjs-net';
 * import { merge, switchMap, take } from 'rxjs';
 *
 * connect('127.0.0.1:7000')
 *   .pipe(
 *     switchMap((connection) => merge(connection.send(['hello\n']), connection.received)),
 *     take(1), // closes it
 *   )
 *   .subscribe((chunk) => {
 *     console.log(chunk.toString().trim()); // hello
 *   });
 * ```
 * @see The Node manual on `net.connect`, and RFC 8305 for several addresses
 * @public
 */
export function connect(endpoint: string, options: ConnectOptions = {}): Observable<Connection> {
  return connectOver(nodeNetwork, endpoint, options);
}

/** The same over another network. */
export function connectOver(
  network: Network,
  endpoint: string,
  options: ConnectOptions,
): Observable<Connection> {
  return dialConnection(endpoint, options, network).pipe(switchMap(whileSubscribed));
}

/** Emits the connection and leaves it open: it belongs to whoever got it. */
export function dialConnection(
  endpoint: string,
  options: ConnectOptions,
  network: Network = nodeNetwork,
): Observable<DuplexConnection> {
  return defer(() => {
    const target = parseEndpoint(endpoint);
    const settings = readConnectOptions(options);
    const tls = readTlsOptions(target, options.tls, 'connect');
    const dialled = announced(dialInTime(target, settings, network), settings).pipe(
      tls === undefined
        ? map((socket) => toConnection(socket, target, settings, network))
        : switchMap((socket) => secure(socket, target, settings, tls, network)),
    );
    const dialling = settings.signal === undefined ? dialled : abortable(dialled, settings.signal, target);
    const told = connectionOpened.hasSubscribers ? dialling.pipe(tellOfOpening) : dialling;
    return tellOfDial(told, target);
  });
}

/** Before anybody has it: who is told may unsubscribe, and then nobody has. */
const tellOfOpening: MonoTypeOperatorFunction<DuplexConnection> = tellBefore(
  (connection) => {
    connection.tellOpened();
  },
  (connection) => {
    connection.letGo();
  },
);

function dialInTime(target: EndpointParts, settings: ConnectSettings, network: Network): Observable<Socket> {
  const { connectTimeout, scheduler } = settings;
  const late = (): TransportError => {
    const detail = `no connection within ${connectTimeout} ms`;
    const endpoint = formatEndpoint(target);
    return new TransportError('ERR_CONNECT_TIMEOUT', { phase: 'connect', endpoint, detail });
  };
  return inTime(dial(target, settings, network), connectTimeout, scheduler, late);
}

/** The header has to be the first that the server gets. */
function announced(dialled: Observable<Socket>, { proxyHeader }: ConnectSettings): Observable<Socket> {
  return proxyHeader === undefined ? dialled : dialled.pipe(tap((socket) => socket.write(proxyHeader)));
}

function secure(
  socket: Socket,
  target: EndpointParts,
  settings: ConnectSettings,
  tls: TlsSettings,
  network: Network,
): Observable<DuplexConnection> {
  const host = target.kind === 'tcp' ? target.host : '';
  const secured = secureDialled(socket, host, tls);
  return handshakeInTime(secured, settings, { endpoint: formatEndpoint(target), role: 'dialled' }).pipe(
    map((stream) => toConnection(socket, target, settings, network, stream)),
  );
}

/** What is dialled is a socket; what is read and written may be a stream above it. */
function toConnection(
  socket: Socket,
  target: EndpointParts,
  settings: ConnectSettings,
  network: Network,
  secured?: TLSSocket,
): DuplexConnection {
  const isTcp = target.kind === 'tcp';
  const traits = secured !== undefined ? tlsTraits : isTcp ? network.tcp : socketTraits;
  const endpoint = formatEndpoint(target);
  const probeDelay = probeDelayOf(settings);
  const profile = { settings, role: 'dialled', draining: NEVER, traits, endpoint, probeDelay } as const;
  const local = localEndpoint(socket) ?? (isTcp ? formatAddress(target.host, 0) : 'unix:');
  const remote = remoteEndpoint(socket) ?? endpoint;
  if (secured === undefined) return new DuplexConnection(socket, local, remote, profile);
  return new DuplexConnection(secured, withTls(local), withTls(remote), profile);
}

/** The signal ends the attempt, and the connection that came of it. */
function abortable(
  dialled: Observable<DuplexConnection>,
  signal: AbortSignal,
  target: EndpointParts,
): Observable<DuplexConnection> {
  const remote = formatEndpoint(target);
  const aborted = abortion(signal, remote);
  return merge(aborted, dialled).pipe(
    first(),
    catchError((error: unknown) => throwError(() => toTransportError(error, 'connect', remote))),
    tap((connection) => {
      abortWith(aborted, connection);
    }),
  );
}

function abortWith(aborted: Observable<never>, connection: DuplexConnection): void {
  aborted.pipe(takeUntil(connection.closed)).subscribe({
    error: (error: unknown) => {
      connection.abort(error);
    },
  });
}

/** Errors when the signal aborts, at once if it has already. */
function abortion(signal: AbortSignal, endpoint: Endpoint): Observable<never> {
  return new Observable((subscriber) => {
    const abort = (): void => {
      const detail = 'the AbortSignal was aborted';
      subscriber.error(
        new TransportError('ERR_ABORTED', { phase: 'connect', endpoint, detail, cause: signal.reason }),
      );
    };
    subscriber.add(() => {
      signal.removeEventListener('abort', abort);
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
