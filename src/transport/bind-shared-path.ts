import { chmodSync } from 'node:fs';
import type { Server as NetServer } from 'node:net';
import { catchError, defer, map, of, switchMap, throwError, type Observable } from 'rxjs';
import { TransportError } from '../errors/transport-error.ts';
import { listening, type BoundAddress } from './listening.ts';
import { removeStaleSocket } from './stale-socket.ts';
import { checkUnixPath } from './unix-path.ts';

/**
 * Binds a Unix socket that the workers of a cluster share. The primary binds it once under its own name, because that is
 * what the workers have in common, and removes the file when the last worker has left.
 */
export function bindSharedPath(
  server: NetServer,
  path: string,
  { mode, backlog }: { readonly mode: number; readonly backlog: number },
): Observable<BoundAddress> {
  return defer(() => {
    checkUnixPath(path, 'bind');
    // Before the first attempt, because the primary takes a second one of a worker for another socket than its siblings'.
    return removeStaleSocket(path).pipe(catchError(unlessInUse));
  }).pipe(
    switchMap(() => listening(server, { path, backlog, exclusive: false })),
    map(() => {
      chmodSync(path, mode);
      return { endpoint: `unix:${path}` as const, release: nothingToRelease };
    }),
  );
}

/** By a sibling, or by somebody else: the primary knows. A sibling that is probed sees a connection that ends at once. */
function unlessInUse(error: unknown): Observable<unknown> {
  const inUse = TransportError.is(error) && error.code === 'ERR_ADDRESS_IN_USE';
  return inUse ? of(undefined) : throwError(() => error);
}

function nothingToRelease(): void {
  // The file goes with the primary's socket.
}
