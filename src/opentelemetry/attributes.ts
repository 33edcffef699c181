import type { Attributes } from '@opentelemetry/api';
import type { ConnectionOpened } from '../connection/connection-channels.ts';
import type { Connection } from '../connection/connection.ts';
import type { TlsSession } from '../connection/tls-session.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { isTcpEndpoint, parseEndpoint } from '../endpoint/parse-endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';

/** The server's address and port, as it is named here, and what carries the bytes. */
export function serverAttributes(endpoint: Endpoint): Attributes {
  const { host, port } = placeOf(endpoint);
  return {
    ...(host === undefined ? {} : { 'server.address': host }),
    ...(port === undefined ? {} : { 'server.port': port }),
    'network.transport': port === undefined ? 'unix' : 'tcp',
  };
}

/** All that connections of one kind have in common. */
export function connectionAttributes({
  connection,
  role,
  endpoint,
}: Omit<ConnectionOpened, 'totals'>): Attributes {
  return {
    ...serverAttributes(endpoint),
    ...networkType(connection.local),
    ...tlsAttributes(connection.tls),
    'rxjs_net.connection.role': role,
  };
}

/** A text that is the same for two connections if, and only if, their {@link connectionAttributes} are. It is cheaper than these. */
export function kindOf({ connection, role, endpoint }: Omit<ConnectionOpened, 'totals'>): string {
  const { local, tls } = connection;
  return `${role} ${endpoint} ${String(networkType(local)['network.type'])} ${tls?.protocol ?? ''}`;
}

/** Who the peer is: as many values as there are peers. */
export function peerAttributes({ remote }: Pick<Connection, 'remote'>): Attributes {
  const { host, port } = placeOf(remote);
  return {
    ...(host === undefined ? {} : { 'network.peer.address': host }),
    ...(port === undefined ? {} : { 'network.peer.port': port }),
  };
}

/** The address alone: a client has a port of its own for each connection. */
export function peerAddress(connection: Pick<Connection, 'remote'>): Attributes {
  const { 'network.peer.address': address } = peerAttributes(connection);
  return address === undefined ? {} : { 'network.peer.address': address };
}

export function tlsAttributes(tls: TlsSession | undefined): Attributes {
  if (tls === undefined) return {};
  // OpenSSL says TLSv1.3.
  const [name = '', version = ''] = tls.protocol.split('v');
  return { 'tls.protocol.name': name.toLowerCase(), 'tls.protocol.version': version };
}

export function networkType(end: Endpoint): Attributes {
  const { host = '', port } = placeOf(end);
  if (port === undefined) return {};
  // An IPv4 address that is written as IPv6, as a listener of both sees it.
  if (/^(?:::ffff:)?\d+(?:\.\d+){3}$/iu.test(host)) return { 'network.type': 'ipv4' };
  return host.includes(':') ? { 'network.type': 'ipv6' } : {};
}

/** The code of what it failed with. */
export function errorType(error: unknown): Attributes {
  if (TransportError.is(error)) return { 'error.type': error.code };
  // As the semantic conventions call what has no name.
  return { 'error.type': error instanceof Error ? error.name : '_OTHER' };
}

interface Place {
  readonly host?: string;
  readonly port?: number;
}

/** What names a connection may be any text that somebody gave it: this does not throw. */
function placeOf(endpoint: Endpoint): Place {
  if (isTcpEndpoint(endpoint)) {
    const parts = parseEndpoint(endpoint);
    return parts.kind === 'tcp' ? { host: parts.host, port: parts.port } : {};
  }
  const path = endpoint.replace(/^unix:/u, '');
  return path === '' ? {} : { host: path };
}
