import {
  readConnectionOptions,
  type ConnectionOptions,
  type ConnectionSettings,
} from '../connection/connection-options.ts';
import { millisecondsOption } from '../errors/option-range.ts';
import type { TlsOptions } from './tls-options.ts';

/**
 * What every socket can be told. Unix sockets have no use for the TCP options and ignore them.
 *
 * @public
 */
export interface SocketOptions extends ConnectionOptions {
  /** TCP_NODELAY. Default true: Nagle's algorithm costs 40 ms per exchange against delayed ACKs. */
  readonly noDelay?: boolean | undefined;
  /** SO_KEEPALIVE. Default true, so that a peer that vanished is noticed; also one that had sent FIN, which Node does not notice by itself. */
  readonly keepAlive?: boolean | undefined;
  /**
   * Milliseconds of silence before the first keep-alive probe, and from one look at a half-open connection to the next. Default 30000;
   * Node probes for 10 seconds more.
   */
  readonly keepAliveInitialDelay?: number | undefined;
  /**
   * TLS. `true` is `{}`; default: what the scheme of the endpoint says (`tls://`). Where the scheme asks for it, `false` is
   * refused.
   */
  readonly tls?: boolean | TlsOptions | undefined;
  /** Milliseconds that the TLS handshake may take, and the answer of `accept`. Default 10000; `Infinity` for no limit. */
  readonly handshakeTimeout?: number | undefined;
}

/** {@link SocketOptions} with every default in its place. */
export interface SocketSettings extends ConnectionSettings {
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelay: number;
  readonly handshakeTimeout: number;
}

// Below the idle timeouts of common balancers and NATs (60 s and more), so that the probes keep the path open.
const KEEP_ALIVE_INITIAL_DELAY = 30_000;
// Some round trips over a bad mobile network, and no more for a client that only wants to keep the server busy.
const HANDSHAKE_TIMEOUT = 10_000;

export function readSocketOptions(options: SocketOptions): SocketSettings {
  return {
    noDelay: options.noDelay ?? true,
    keepAlive: options.keepAlive ?? true,
    keepAliveInitialDelay: millisecondsOption(
      'keepAliveInitialDelay',
      options.keepAliveInitialDelay,
      KEEP_ALIVE_INITIAL_DELAY,
    ),
    handshakeTimeout: millisecondsOption('handshakeTimeout', options.handshakeTimeout, HANDSHAKE_TIMEOUT),
    // Last, here and in what is made of it: V8 takes 2 µs to add a property to what was spread.
    ...readConnectionOptions(options),
  };
}

// The kernel counts whole seconds, too (tcp(7), TCP_KEEPIDLE).
const LEAST_PROBE_DELAY = 1_000;

/** How often a half-open connection is looked at. */
export function probeDelayOf({ keepAlive, keepAliveInitialDelay }: SocketSettings): number {
  return keepAlive ? Math.max(keepAliveInitialDelay, LEAST_PROBE_DELAY) : Infinity;
}
