import type { Endpoint, EndpointParts, TcpAddress } from './endpoint.ts';

/**
 * Writes the parts of an endpoint as text; the inverse of {@link parseEndpoint}.
 *
 * @example
 * ```ts
 * import { formatEndpoint } from 'rxjs-net';
 *
 * console.log(formatEndpoint({ kind: 'tcp', host: '::1', port: 80, tls: false })); // [::1]:80
 * ```
 * @public
 */
export function formatEndpoint(parts: EndpointParts): Endpoint {
  if (parts.kind === 'unix') return `unix:${parts.path}`;
  const address = formatAddress(parts.host, parts.port);
  return parts.tls ? `tls://${address}` : address;
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress(host: string, port: number): TcpAddress {
  const name = host.includes(':') ? `[${host}]` : host;
  // join makes one flat text; a template keeps its parts, and every connection keeps one of these.
  return [name, port].join(':') as TcpAddress;
}
