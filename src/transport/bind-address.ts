import type { Server as NetServer } from 'node:net';
import { defer, map, type Observable } from 'rxjs';
import type { Endpoint, EndpointParts } from '../endpoint/endpoint.ts';
import { formatAddress } from '../endpoint/format-endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';
import type { BindSettings } from './bind-options.ts';
import { bindSharedPath } from './bind-shared-path.ts';
import { bindUnixPath } from './bind-unix-path.ts';
import { isSharedByCluster } from './cluster-sharing.ts';
import { listenOnInherited } from './inherited-socket.ts';
import { listening, type BoundAddress } from './listening.ts';

/** Binds the server and emits once it listens. What was begun is undone by closing the server. */
export function bindAddress(
  server: NetServer,
  target: EndpointParts,
  settings: BindSettings,
  isSecured = false,
): Observable<BoundAddress> {
  const { fd, backlog, exclusive, reusePort } = settings;
  return defer(() => {
    if (reusePort && (fd !== undefined || target.kind === 'unix')) throw withoutPort(fd);
    if (fd !== undefined) return listenOnInherited(server, target, { fd, backlog, exclusive, isSecured });
    if (target.kind === 'unix') {
      const bindPath = isSharedByCluster(settings) ? bindSharedPath : bindUnixPath;
      return bindPath(server, target.path, settings);
    }
    const { host, port } = target;
    return listening(server, { host, port, backlog, exclusive, reusePort }).pipe(
      map(() => ({ endpoint: addressOf(server, host), release: nothingToRelease })),
    );
  });
}

function withoutPort(fd: number | undefined): TransportError {
  const what = fd === undefined ? 'a Unix socket has no port' : `fd ${fd} is bound already`;
  return new TransportError('ERR_INVALID_OPTION', {
    phase: 'bind',
    detail: `reusePort is true, and ${what}`,
  });
}

function addressOf(server: NetServer, host: string): Endpoint {
  const address = server.address();
  if (address === null || typeof address === 'string') return formatAddress(host, 0);
  return formatAddress(address.address, address.port);
}

function nothingToRelease(): void {
  // The port goes with the socket.
}
