import type { Server as NetServer } from 'node:net';
import { map, type Observable } from 'rxjs';
import type { Endpoint, EndpointParts } from '../endpoint/endpoint.ts';
import { formatAddress } from '../endpoint/format-endpoint.ts';
import type { BindSettings } from './bind-options.ts';
import { bindUnixPath } from './bind-unix-path.ts';
import { listening, type BoundAddress } from './listening.ts';

/** Binds the server and emits once it listens. What was begun is undone by closing the server. */
export function bindAddress(
  server: NetServer,
  target: EndpointParts,
  { backlog, mode }: BindSettings,
): Observable<BoundAddress> {
  if (target.kind === 'unix') return bindUnixPath(server, target.path, { backlog, mode });
  return listening(server, { host: target.host, port: target.port, backlog }).pipe(
    map(() => ({ endpoint: addressOf(server, target.host), release: nothingToRelease })),
  );
}

function addressOf(server: NetServer, host: string): Endpoint {
  const address = server.address();
  if (address === null || typeof address === 'string') return formatAddress(host, 0);
  return formatAddress(address.address, address.port);
}

function nothingToRelease(): void {
  // The port goes with the socket.
}
