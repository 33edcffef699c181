import {
  catchError,
  defer,
  dematerialize,
  materialize,
  Observable,
  of,
  race,
  ReplaySubject,
  switchMap,
  take,
  takeUntil,
  throwError,
  type MonoTypeOperatorFunction,
} from 'rxjs';
import { deadline } from '../connection/deadline.ts';
import type { EndpointParts } from '../endpoint/endpoint.ts';
import { formatEndpoint } from '../endpoint/format-endpoint.ts';
import { parseEndpoint } from '../endpoint/parse-endpoint.ts';
import { toTransportError } from '../errors/system-error.ts';
import { readBindOptions, type BindOptions, type BindSettings } from './bind-options.ts';
import { bindAddress } from './bind-address.ts';
import { isLimitedByNode } from './connection-limit.ts';
import { ListeningServer } from './listening-server.ts';
import { nodeNetwork, type Network } from './network.ts';
import type { Server } from './server.ts';
import { tlsAcceptor, type TlsAcceptor } from './tls-acceptor.ts';
import { readTlsOptions } from './tls-options.ts';
import { serverListening } from './transport-channels.ts';

/**
 * Binds an endpoint and emits the server. Cold: every subscription binds a socket of its own.
 *
 * ```text
 * bind         --s-------------
 * connections    ---a--b---c---
 *
 * until        -----------x
 * bind         --s--------xxxx|   x: draining; completes when the last connection is closed, or after gracePeriod
 *
 * unsubscribe  --s--------!       stops accepting and closes every connection gracefully; see Server.closed
 * ```
 *
 * Errors: `ERR_INVALID_ENDPOINT`, `ERR_INVALID_OPTION`, `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`,
 * `ERR_PERMISSION_DENIED`, `ERR_HOST_NOT_FOUND`, `ERR_NOT_A_SOCKET`, `ERR_PATH_TOO_LONG`, `ERR_UNSUPPORTED`; and an error of `until` as
 * it is.
 *
 * @example
 * ```ts
 * import { bind, serve } from 'rxjs-net';
 * import { fromEvent, mergeMap } from 'rxjs';
 *
 * bind('127.0.0.1:7000', { until: fromEvent(process, 'SIGTERM') })
 *   .pipe(
 *     mergeMap(({ closed, connections }) => {
 *       closed.subscribe(({ drained, forced }) => console.log(`${drained} drained, ${forced} forced`));
 *       return connections;
 *     }),
 *     serve((connection) => connection.received),
 *   )
 *   .subscribe();
 * ```
 * @see The Node manual on `net.Server`
 * @public
 */
export function bind(endpoint: string, options: BindOptions = {}): Observable<Server> {
  return bindOver(nodeNetwork, endpoint, options);
}

/** The same over another network. */
export function bindOver(network: Network, endpoint: string, options: BindOptions): Observable<Server> {
  return defer(() => {
    const target = parseEndpoint(endpoint);
    const settings = readBindOptions(options);
    const tls = readTlsOptions(target, options.tls, 'bind');
    const acceptor: Observable<TlsAcceptor | undefined> =
      tls === undefined ? of(undefined) : tlsAcceptor(tls);
    return new Observable<Server>((subscriber) => {
      // Subscribed before the socket is bound, so that a signal in that moment is not missed, and for as long as the server
      // lives: a second SIGINT without a listener would end the process in the middle of the drain.
      const stopping = new ReplaySubject<unknown>(1);
      subscriber.add(settings.until.subscribe(stopping));
      // A context that does not come must not keep a program from stopping.
      const ready = tls === undefined ? acceptor : acceptor.pipe(asBindError(target), takeUntil(stopping));
      const serving = ready.pipe(
        switchMap((acceptorOrNone) =>
          boundServer(network, target, settings, acceptorOrNone).pipe(asBindError(target)),
        ),
        // Its end is the end of all: the contexts of TLS may go on for ever.
        switchMap((server) => serveUntil(server, stopping, settings).pipe(materialize())),
        dematerialize(),
      );
      subscriber.add(serving.subscribe(subscriber));
    });
  });
}

/** Only of what is done here: an error of `until` is its owner's, and passes as it is. */
function asBindError<T>(target: EndpointParts): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) =>
    throwError(() => toTransportError(error, 'bind', formatEndpoint(target))),
  );
}

/** Emits once bound. Unsubscribing before that closes the socket; after it, the server belongs to whoever got it. */
function boundServer(
  network: Network,
  target: EndpointParts,
  settings: BindSettings,
  acceptor: TlsAcceptor | undefined,
): Observable<ListeningServer> {
  return new Observable((subscriber) => {
    const { noDelay, keepAlive, keepAliveInitialDelay } = settings;
    const tuning = { noDelay, keepAlive, keepAliveInitialDelay };
    const netServer = network.createServer({ allowHalfOpen: true, pauseOnConnect: true, ...tuning });
    if (isLimitedByNode(settings)) netServer.maxConnections = settings.maxConnections;
    let bound = false;
    subscriber.add(() => {
      if (bound) return;
      // A host name is still being resolved: older Nodes (20.9) listen after that although they were told to close.
      netServer.on('listening', () => netServer.close());
      netServer.close();
    });
    // Never removed: an error with no listener is an uncaught exception.
    netServer.on('error', () => undefined);
    subscriber.add(
      bindAddress(netServer, target, settings, acceptor !== undefined).subscribe({
        next: (address) => {
          bound = true;
          const server = new ListeningServer(netServer, address, settings, network.tcp, acceptor);
          if (serverListening.hasSubscribers) serverListening.publish({ server });
          // Who was told has unsubscribed, and nobody else would close it.
          if (subscriber.closed) server.shutdown();
          else subscriber.next(server);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      }),
    );
  });
}

/** Makes the subscription the lifetime of the server, and a value of `stopping` the begin of its drain. */
function serveUntil(
  server: ListeningServer,
  stopping: Observable<unknown>,
  { gracePeriod, scheduler }: BindSettings,
): Observable<Server> {
  const drained = stopping.pipe(
    take(1),
    switchMap(() => {
      server.drain();
      return race(server.idle, deadline(gracePeriod, scheduler));
    }),
  );
  return new Observable((subscriber) => {
    subscriber.add(() => {
      server.shutdown();
    });
    subscriber.next(server);
    subscriber.add(
      drained.subscribe({
        next: () => {
          subscriber.complete();
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
      }),
    );
  });
}
