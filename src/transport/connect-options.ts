import type { LookupFunction } from 'node:net';
import { millisecondsOption } from '../errors/option-range.ts';
import { formatProxyHeader } from '../proxy-protocol/format-proxy-header.ts';
import type { ProxyHeaderOptions } from '../proxy-protocol/proxy-header-options.ts';
import { readSocketOptions, type SocketOptions, type SocketSettings } from './socket-options.ts';

/**
 * What {@link connect} can be told.
 *
 * @public
 */
export interface ConnectOptions extends SocketOptions {
  /** Milliseconds for resolving and dialling together. Default 5000; `Infinity` leaves it to the system. */
  readonly connectTimeout?: number | undefined;
  /** Try IPv6 and IPv4 addresses in turn (Happy Eyeballs, RFC 8305). Default true. */
  readonly autoSelectFamily?: boolean | undefined;
  /** Milliseconds before the next address is tried. Default 250, at least 10. */
  readonly autoSelectFamilyAttemptTimeout?: number | undefined;
  /** Resolves the host name instead of `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined;
  /** The address of this machine to dial from. Default: the system chooses. */
  readonly localAddress?: string | undefined;
  /**
   * A header of the PROXY protocol, written before anything else, TLS included, for a server that expects one: it tells whom
   * this connection is made for. What a connection has as `proxied` can be passed on. Default: none.
   */
  readonly proxyHeader?: ProxyHeaderOptions | undefined;
  /** Aborts the attempt, or the connection it became. Unsubscribing does the same without it. */
  readonly signal?: AbortSignal | undefined;
}

/** {@link ConnectOptions} with every default in its place. */
export interface ConnectSettings extends SocketSettings {
  readonly connectTimeout: number;
  readonly autoSelectFamily: boolean;
  readonly autoSelectFamilyAttemptTimeout: number;
  readonly lookup: LookupFunction | undefined;
  readonly localAddress: string | undefined;
  readonly proxyHeader: Buffer | undefined;
  readonly signal: AbortSignal | undefined;
}

// As long as the Python transport waits that this one is modelled on.
const CONNECT_TIMEOUT = 5_000;
// Node's own default, and what RFC 8305, section 5 recommends.
const ATTEMPT_TIMEOUT = 250;

export function readConnectOptions(options: ConnectOptions): ConnectSettings {
  return {
    connectTimeout: millisecondsOption('connectTimeout', options.connectTimeout, CONNECT_TIMEOUT),
    autoSelectFamily: options.autoSelectFamily ?? true,
    autoSelectFamilyAttemptTimeout: millisecondsOption(
      'autoSelectFamilyAttemptTimeout',
      options.autoSelectFamilyAttemptTimeout,
      ATTEMPT_TIMEOUT,
    ),
    lookup: options.lookup,
    localAddress: options.localAddress,
    proxyHeader: options.proxyHeader === undefined ? undefined : formatProxyHeader(options.proxyHeader),
    signal: options.signal,
    ...readSocketOptions(options),
  };
}
