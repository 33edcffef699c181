import type { Server as NetServer } from 'node:net';
import { map, Observable } from 'rxjs';
import type { Endpoint, EndpointParts } from '../endpoint/endpoint.ts';
import { formatAddress } from '../endpoint/format-endpoint.ts';
import type { BindSettings } from './bind-options.ts';
import { bindUnixPath } from './bind-unix-path.ts';

/** Where a server listens, and how to give the place back. */
export interface BoundAddress {
  readonly endpoint: Endpoint;
  /** Removes what was made for listening, besides the socket itself. */
  readonly release: () => void;
}

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

/** Starts to listen; emits once at 'listening', errors at 'error'. */
export function listening(
  server: NetServer,
  where:
    { readonly host: string; readonly port: number; readonly backlog: number } | { readonly path: string },
): Observable<void> {
  return new Observable((subscriber) => {
    const onListening = (): void => {
      subscriber.next();
      subscriber.complete();
    };
    const onError = (error: Error): void => {
      subscriber.error(error);
    };
    subscriber.add(() => {
      server.off('listening', onListening).off('error', onError);
    });
    server.once('listening', onListening).once('error', onError);
    server.listen(where);
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
