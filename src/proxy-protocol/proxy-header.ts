import type { Endpoint } from '../endpoint/endpoint.ts';
import type { ProxySsl } from './proxy-ssl.ts';

/**
 * What a proxy tells about the connection that it relays: the header of the PROXY protocol, in front of the first byte.
 *
 * ```text
 * PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n   → source '192.168.0.1:56324', destination '192.168.0.11:443'
 * PROXY UNKNOWN\r\n                                   → source undefined: the connection's own addresses hold
 * ```
 *
 * Whoever connects can write one: take it from proxies alone.
 *
 * @see https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt
 * @public
 */
export interface ProxyHeader {
  /** 1 is a line of text, 2 is binary. */
  readonly version: 1 | 2;
  /** `local`: the proxy speaks for itself, as in a health check, and nothing of what else it has sent counts. */
  readonly command: 'proxy' | 'local';
  /**
   * The client of the proxy; `undefined` where the proxy speaks for itself, cannot tell, or relays no stream. IPv6 and
   * mapped IPv4 addresses are written as Node does; a Unix socket without a name is `unix:`.
   */
  readonly source: Endpoint | undefined;
  /** Where the client dialled. `undefined` whenever `source` is. */
  readonly destination: Endpoint | undefined;
  /** The protocol that TLS negotiated with the client, as in 'h2'. */
  readonly alpn: string | undefined;
  /** The host name that the client asked for: the server name of TLS (SNI). */
  readonly authority: string | undefined;
  /** The proxy's name of the connection, up to 128 bytes. */
  readonly uniqueId: Buffer | undefined;
  /** What the proxy knows of the client's TLS. */
  readonly ssl: ProxySsl | undefined;
  /** The name of the network namespace. */
  readonly netns: string | undefined;
  /** Every TLV by its type, the named ones and the checksum too; padding is left out. 0xe0 to 0xef are for applications. */
  readonly tlvs: ReadonlyMap<number, Buffer>;
}
