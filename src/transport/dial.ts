import { statSync } from 'node:fs';
import { isIP, type NetConnectOpts, type Socket } from 'node:net';
import { Observable } from 'rxjs';
import type { EndpointParts } from '../endpoint/endpoint.ts';
import { formatEndpoint } from '../endpoint/format-endpoint.ts';
import type { TransportPhase } from '../errors/error-codes.ts';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import { checkedLookup } from './checked-lookup.ts';
import type { ConnectSettings } from './connect-options.ts';
import type { Network } from './network.ts';
import { checkUnixPath } from './unix-path.ts';

/**
 * Resolves and dials. Emits the connected socket, paused and unread, and completes; unsubscribing before that destroys
 * the attempt.
 *
 * ```text
 * resolve ──▶ connect ──▶ (socket|)
 *     └──────────┴──────▶ #          an error that tells the two phases apart
 * ```
 */
export function dial(target: EndpointParts, settings: ConnectSettings, network: Network): Observable<Socket> {
  return new Observable((subscriber) => {
    let connected = false;
    let phase: TransportPhase = target.kind === 'tcp' && isIP(target.host) === 0 ? 'resolve' : 'connect';
    const socket = newSocket(target, settings, network);
    subscriber.add(() => {
      if (!connected) socket.destroy();
    });
    // Never removed: it also keeps a late error of a destroyed attempt from becoming an uncaught exception.
    socket.on('error', (error) => {
      subscriber.error(dialError(error, phase, target));
    });
    socket.on('lookup', (error: Error | null) => {
      if (error === null) phase = 'connect';
    });
    socket.once('connect', () => {
      connected = true;
      subscriber.next(socket);
      subscriber.complete();
    });
    // A paused socket is not read when it connects (net.Socket reads ahead otherwise).
    socket.pause();
  });
}

/** Throws at once what Node says of the options. */
function newSocket(target: EndpointParts, settings: ConnectSettings, network: Network): Socket {
  try {
    if (target.kind === 'unix') checkUnixPath(target.path, 'connect');
    return network.connect(socketOptions(target, settings));
  } catch (error) {
    throw toTransportError(error, 'connect', formatEndpoint(target));
  }
}

function socketOptions(target: EndpointParts, settings: ConnectSettings): NetConnectOpts {
  if (target.kind === 'unix') return { path: target.path, allowHalfOpen: true };
  const { noDelay, keepAlive, keepAliveInitialDelay, autoSelectFamily, lookup, localAddress } = settings;
  return {
    host: target.host,
    port: target.port,
    allowHalfOpen: true,
    noDelay,
    keepAlive,
    keepAliveInitialDelay,
    autoSelectFamily,
    autoSelectFamilyAttemptTimeout: settings.autoSelectFamilyAttemptTimeout,
    ...(lookup === undefined ? {} : { lookup: checkedLookup(lookup) }),
    ...(localAddress === undefined ? {} : { localAddress }),
  };
}

/** Linux refuses a connection to a file that is no socket as if nobody listened; that is worth telling apart. */
function dialError(error: unknown, phase: TransportPhase, target: EndpointParts): TransportError {
  const endpoint = formatEndpoint(target);
  const failure = toTransportError(error, phase, endpoint);
  if (target.kind === 'tcp' || failure.code !== 'ERR_CONNECTION_REFUSED' || isSocket(target.path))
    return failure;
  return new TransportError('ERR_NOT_A_SOCKET', { phase, endpoint, cause: error });
}

function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() ?? true;
}
