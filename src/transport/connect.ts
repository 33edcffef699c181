import type { Socket } from 'node:net';
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
  timeout,
} from 'rxjs';
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
import { refuseTls } from './refuse-tls.ts';
import { localEndpoint, remoteEndpoint } from './socket-endpoints.ts';
import { tcpTraits } from './tcp-traits.ts';
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
 * ```ts
 * connect('127.0.0.1:7000')
 *   .pipe(switchMap((connection) => merge(connection.send(['hello\n']), connection.received)))
 *   .subscribe((chunk) => process.stdout.write(chunk));
 * ```
 *
 * Whoever subscribed owns the connection: `firstValueFrom(connect(…))` closes what it returns. Use
 * {@link openConnection} where a Promise of an open connection is wanted.
 *
 * Errors: `ERR_INVALID_ENDPOINT`, `ERR_INVALID_OPTION`, `ERR_HOST_NOT_FOUND`, `ERR_CONNECT_TIMEOUT`,
 * `ERR_CONNECTION_REFUSED`, `ERR_HOST_UNREACHABLE`, `ERR_ENDPOINT_NOT_FOUND`, `ERR_NOT_A_SOCKET`,
 * `ERR_PATH_TOO_LONG`, `ERR_PERMISSION_DENIED`, `ERR_ABORTED`; and once open, whatever the connection was lost with.
 *
 * @see The Node manual on `net.connect`, and RFC 8305 for several addresses
 * @public
 */
export function connect(endpoint: string, options: ConnectOptions = {}): Observable<Connection> {
  return dialConnection(endpoint, options).pipe(switchMap(whileSubscribed));
}

/** Emits the connection and leaves it open: it belongs to whoever got it. */
export function dialConnection(endpoint: string, options: ConnectOptions): Observable<DuplexConnection> {
  return defer(() => {
    const target = parseEndpoint(endpoint);
    const settings = readConnectOptions(options);
    refuseTls(target, 'connect');
    const dialled = inTime(dial(target, settings), settings, formatEndpoint(target)).pipe(
      map((socket) => toConnection(socket, target, settings)),
    );
    return settings.signal === undefined ? dialled : abortable(dialled, settings.signal, target);
  });
}

function toConnection(socket: Socket, target: EndpointParts, settings: ConnectSettings): DuplexConnection {
  const isTcp = target.kind === 'tcp';
  const profile = {
    settings,
    role: 'dialled',
    draining: NEVER,
    traits: isTcp ? tcpTraits : socketTraits,
  } as const;
  const local = localEndpoint(socket) ?? (isTcp ? formatAddress(target.host, 0) : 'unix:');
  return new DuplexConnection(socket, local, remoteEndpoint(socket) ?? formatEndpoint(target), profile);
}

function inTime<T>(
  attempt: Observable<T>,
  { connectTimeout, scheduler }: ConnectSettings,
  endpoint: Endpoint,
): Observable<T> {
  // A timer of the platform takes Infinity for 1 ms.
  if (connectTimeout === Infinity) return attempt;
  const detail = `no connection within ${connectTimeout} ms`;
  const expired = throwError(
    () => new TransportError('ERR_CONNECT_TIMEOUT', { phase: 'connect', endpoint, detail }),
  );
  return attempt.pipe(timeout({ first: connectTimeout, scheduler, with: () => expired }));
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
