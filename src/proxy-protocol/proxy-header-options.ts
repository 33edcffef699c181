import type { ProxySsl } from './proxy-ssl.ts';

/**
 * A header of the PROXY protocol, as {@link ConnectOptions.proxyHeader} writes it. A `ProxyHeader` that was received is one too,
 * and so can be passed on.
 *
 * @public
 */
export interface ProxyHeaderOptions {
  /** 1 is a line of text, and knows TCP and no TLVs; 2 is binary. Default 2. */
  readonly version?: 1 | 2 | undefined;
  /**
   * `local` for a connection that is nobody's but the sender's; version 2 alone has it. Default: `proxy` with a `source`,
   * or in version 1.
   */
  readonly command?: 'proxy' | 'local' | undefined;
  /**
   * The client: an IP address and port, or a Unix socket, of which version 1 says that it is unknown, and which HAProxy
   * refuses in version 2. Default: nobody; the receiver takes the connection's own addresses.
   */
  readonly source?: string | undefined;
  /** Where the client dialled; goes together with `source`. */
  readonly destination?: string | undefined;
  /** The protocol that TLS negotiated with the client. Default: none is told. */
  readonly alpn?: string | undefined;
  /** The host name that the client asked for. Default: none is told. */
  readonly authority?: string | undefined;
  /** A name for the connection, up to 128 bytes. Default: none. */
  readonly uniqueId?: Uint8Array | undefined;
  /** What is known of the client's TLS. Default: nothing is told. */
  readonly ssl?: ProxySsl | undefined;
  /** The name of the network namespace. Default: none is told. */
  readonly netns?: string | undefined;
  /** More TLVs by their type, 0 to 255. One that has a name above comes from there when it is given there too. Default: none. */
  readonly tlvs?: ReadonlyMap<number, Uint8Array> | undefined;
  /** Whether a CRC32c is added. Default: when `tlvs` has one, and then it is computed anew. */
  readonly checksum?: boolean | undefined;
}
