import type { Socket } from 'node:net';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { formatAddress } from '../endpoint/format-endpoint.ts';

interface Address {
  address?: string;
  port?: number;
}

/** The part of Node's handle of a TCP socket that knows the addresses; a pipe's has none of it. */
interface Handle {
  getsockname?(out: Address): number;
  getpeername?(out: Address): number;
}

/** Our end of a TCP socket; undefined for a Unix socket, and once it is closed. */
export function localEndpoint(socket: Socket): Endpoint | undefined {
  const { _handle: handle } = socket as { readonly _handle?: Handle | null };
  return handle?.getsockname === undefined
    ? endpointOf(socket.localAddress, socket.localPort)
    : ask((out) => handle.getsockname?.(out));
}

/** The peer's end of a TCP socket; undefined for a Unix socket, and once the peer is gone (getpeername(2), ENOTCONN). */
export function remoteEndpoint(socket: Socket): Endpoint | undefined {
  const { _handle: handle } = socket as { readonly _handle?: Handle | null };
  return handle?.getpeername === undefined
    ? endpointOf(socket.remoteAddress, socket.remotePort)
    : ask((out) => handle.getpeername?.(out));
}

/** The same address, to be dialled by TLS; a Unix socket, which a proxy may tell of, has none. */
export function withTls(endpoint: Endpoint): Endpoint {
  const isOther = endpoint.startsWith('tls://') || endpoint.startsWith('unix:');
  return (isOther ? endpoint : ['tls://', endpoint].join('')) as Endpoint;
}

// The getters of net.Socket keep an object for each address of each connection; asking the handle keeps nothing.
function ask(fill: (out: Address) => number | undefined): Endpoint | undefined {
  const out: Address = {};
  return fill(out) === 0 ? endpointOf(out.address, out.port) : undefined;
}

/** Of what Node tells of one end; undefined where it does not know it. */
export function endpointOf(host: string | undefined, port: number | undefined): Endpoint | undefined {
  return host === undefined || port === undefined ? undefined : formatAddress(host, port);
}
