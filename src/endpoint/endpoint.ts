/**
 * Where a TCP socket is: `host:port`, with IPv6 in brackets (`[::1]:8080`), optionally after `tcp://` or `tls://`.
 *
 * @public
 */
export type TcpEndpoint = TcpAddress | `tcp://${TcpAddress}` | `tls://${TcpAddress}`;

/**
 * A host and a port without a scheme.
 *
 * The compiler splits a template at the first colon, so an address in brackets needs a pattern of its own.
 *
 * @public
 */
export type TcpAddress = `${string}:${number}` | `[${string}]:${number}`;

/**
 * Where a Unix socket is: `unix:/run/app.sock`. A bare `unix:` is the unnamed socket of a dialling client.
 *
 * @public
 */
export type UnixEndpoint = `unix:${string}`;

/**
 * The address of one end of a connection, as text that a person can read and `connect` can dial.
 *
 * @public
 */
export type Endpoint = TcpEndpoint | UnixEndpoint;

/**
 * A TCP endpoint taken apart. `host` carries no brackets; `tls` tells whether the scheme `tls://` was asked for.
 *
 * @public
 */
export interface TcpEndpointParts {
  /** Tells it from a Unix endpoint. */
  readonly kind: 'tcp';
  /** A name or an address; IPv6 without its brackets. */
  readonly host: string;
  /** 0 to 65535; 0 lets the operating system pick one when binding. */
  readonly port: number;
  /** Whether the scheme was `tls://`. */
  readonly tls: boolean;
}

/**
 * A Unix endpoint taken apart: a path in the file system.
 *
 * @public
 */
export interface UnixEndpointParts {
  /** Tells it from a TCP endpoint. */
  readonly kind: 'unix';
  /** The socket's file: absolute, or relative to the working directory. */
  readonly path: string;
}

/**
 * What {@link parseEndpoint} returns and {@link formatEndpoint} takes.
 *
 * @public
 */
export type EndpointParts = TcpEndpointParts | UnixEndpointParts;
