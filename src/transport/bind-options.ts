import type { Admission } from '../admission/arrival.ts';
import { choiceOption } from '../errors/choice-option.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { from, NEVER, type Observable, type ObservableInput } from 'rxjs';
import { millisecondsOption, quantityOption } from '../errors/option-range.ts';
import {
  readProxyProtocolOptions,
  type ProxyProtocolOptions,
  type ProxyProtocolSettings,
} from './proxy-protocol-options.ts';
import { reusePortOption } from './reuse-port.ts';
import { readSocketOptions, type SocketOptions, type SocketSettings } from './socket-options.ts';

/**
 * What {@link bind} and {@link listen} can be told.
 *
 * @public
 */
export interface BindOptions extends SocketOptions {
  /**
   * The first value starts a drain: stop accepting, tell every connection by `draining`, and complete when the last one
   * is closed, or after `gracePeriod`. Default: never.
   */
  readonly until?: ObservableInput<unknown> | undefined;
  /** Milliseconds that a drain waits for the connections before it closes them. Default 10000. */
  readonly gracePeriod?: number | undefined;
  /** Connections that may be open at once. Default 10000; `Infinity` for no limit. */
  readonly maxConnections?: number | undefined;
  /**
   * What becomes of those that come when `maxConnections` are open. `refuse`: they are closed, and reported by `refused`.
   * `wait`: they wait unread, `backlog` of them at most, until a tenth of those that are open has left. Default `refuse`.
   */
  readonly whenFull?: 'refuse' | 'wait' | undefined;
  /**
   * Says who may come in, before anything is read, and before a TLS handshake. A `false`, an error, and no answer within
   * `handshakeTimeout` are refusals. Default: everybody may.
   */
  readonly accept?: Admission | undefined;
  /**
   * Headers of the PROXY protocol, versions 1 and 2, are read in front of every connection, before `accept` and TLS: `remote` is
   * the client of the proxy then. Who is no trusted proxy, or sends none in time, is refused. Default: none are read.
   */
  readonly proxyProtocol?: ProxyProtocolOptions | undefined;
  /** Connections that may wait: in the kernel for the accept, and here for a subscriber of `connections`. Default 511. */
  readonly backlog?: number | undefined;
  /** Permissions of a Unix socket's file. Default 0o660: the owner and the group. */
  readonly mode?: number | undefined;
  /**
   * A descriptor to listen on instead of binding the endpoint: a stream socket that is bound already and was inherited, from
   * systemd (see `activatedSockets`) or another parent. `server.endpoint` is where it really listens, and the file of a
   * Unix socket stays when we close. The descriptor is closed with the server, so only one subscription can have it. In a
   * worker of `node:cluster` it is one of the primary's, and shared. Default: none.
   */
  readonly fd?: number | undefined;
  /**
   * Whether a worker of `node:cluster` binds a socket of its own, instead of sharing the primary's with the other workers;
   * without a cluster it changes nothing. Default false. A drain is begun by `until`: `worker.disconnect()` only stops the
   * accepting, and `process.disconnect()` ends a worker at once.
   */
  readonly exclusive?: boolean | undefined;
  /**
   * SO_REUSEPORT: several processes bind the same TCP port, and the kernel spreads the connections over them. Default false.
   * It needs Node.js 22.12 or 23.1, and Linux or a BSD; anywhere else it is `ERR_UNSUPPORTED`.
   */
  readonly reusePort?: boolean | undefined;
}

/** {@link BindOptions} with every default in its place. */
export interface BindSettings extends SocketSettings {
  readonly until: Observable<unknown>;
  readonly gracePeriod: number;
  readonly maxConnections: number;
  readonly whenFull: 'refuse' | 'wait';
  readonly accept: Admission | undefined;
  readonly proxyProtocol: ProxyProtocolSettings | undefined;
  readonly backlog: number;
  readonly mode: number;
  readonly fd: number | undefined;
  readonly exclusive: boolean;
  readonly reusePort: boolean;
}

// With a closeTimeout of 5 s, a drain ends well within the 30 s that Kubernetes gives between SIGTERM and SIGKILL.
const GRACE_PERIOD = 10_000;
// Node's own default (Node manual, server.listen).
const BACKLOG = 511;
const MODE = 0o660;
// 50 to 250 MB of idle connections (docs/scaling.md); a limit that nobody sets is one that the clients set.
const MAX_CONNECTIONS = 10_000;
// The system's type for it is a signed int.
const GREATEST_DESCRIPTOR = 2 ** 31 - 1;

export function readBindOptions(options: BindOptions): BindSettings {
  return {
    ...readSocketOptions(options),
    until: notifier(options.until),
    gracePeriod: millisecondsOption('gracePeriod', options.gracePeriod, GRACE_PERIOD),
    maxConnections: quantityOption('maxConnections', options.maxConnections, MAX_CONNECTIONS, 1),
    whenFull: choiceOption('whenFull', options.whenFull, 'refuse', ['refuse', 'wait']),
    accept: acceptOption(options.accept),
    proxyProtocol: readProxyProtocolOptions(options.proxyProtocol),
    backlog: quantityOption('backlog', options.backlog, BACKLOG),
    mode: quantityOption('mode', options.mode, MODE),
    fd: descriptorOption(options.fd),
    exclusive: options.exclusive ?? false,
    reusePort: reusePortOption(options.reusePort),
  };
}

function notifier(until: ObservableInput<unknown> | undefined): Observable<unknown> {
  try {
    return until === undefined ? NEVER : from(until);
  } catch (cause) {
    const detail = 'until takes an Observable, Promise, iterable or stream';
    throw invalidOption(detail, cause);
  }
}

/** A mistake here must not let everybody in, or nobody. */
function acceptOption(accept: Admission | undefined): Admission | undefined {
  if (accept === undefined || typeof accept === 'function') return accept;
  const detail = 'accept takes a function, such as allowAddresses([…])';
  throw invalidOption(detail);
}

function descriptorOption(fd: number | undefined): number | undefined {
  if (fd === undefined || (Number.isInteger(fd) && fd >= 0 && fd <= GREATEST_DESCRIPTOR)) return fd;
  const detail = `fd is ${String(fd)}; it takes the number of an open descriptor`;
  throw invalidOption(detail);
}
