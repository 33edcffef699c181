import cluster from 'node:cluster';
import { existsSync, fstatSync, readFileSync } from 'node:fs';
import type { Server as NetServer } from 'node:net';
import { catchError, defer, map, throwError, type Observable } from 'rxjs';
import type { Endpoint, EndpointParts } from '../endpoint/endpoint.ts';
import { formatAddress } from '../endpoint/format-endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';
import { listening, type BoundAddress } from './listening.ts';

// A closed descriptor's number goes to whatever is opened next. To listen on it again would take, and close, that.
const taken = new Set<number>();

interface Inherited {
  readonly fd: number;
  readonly backlog: number;
  readonly exclusive: boolean;
  readonly isSecured: boolean;
}

/**
 * Listens on a socket that another process has bound. It is not ours: nothing is unlinked when it is closed here, and whoever
 * holds it as well (systemd) goes on having it, with those who wait for its accept.
 */
export function listenOnInherited(
  server: NetServer,
  target: EndpointParts,
  { fd, backlog, exclusive, isSecured }: Inherited,
): Observable<BoundAddress> {
  return defer(() => {
    // Node asks the primary of a cluster even when `exclusive` is true. The primary looks the number up among its own
    // descriptors, and may have several workers listen on it.
    if (cluster.isWorker && exclusive)
      throw refused(fd, undefined, "is the primary's, so it cannot be exclusive");
    if (taken.has(fd)) throw refused(fd, undefined, 'was given before, and a descriptor is listened on once');
    return listening(server, { fd, backlog });
  }).pipe(
    map(() => {
      // In a worker it is a number of the primary, which may be given to several.
      if (!cluster.isWorker) taken.add(fd);
      return { endpoint: endpointOf(server, target, fd, isSecured), release: nothingToRelease };
    }),
    catchError((error: unknown) => throwError(() => (isOfDescriptor(error) ? refused(fd, error) : error))),
  );
}

function endpointOf(server: NetServer, target: EndpointParts, fd: number, isSecured: boolean): Endpoint {
  const address = server.address();
  if (address !== null && typeof address === 'object') return formatAddress(address.address, address.port);
  if (isSecured) throw refused(fd, undefined, 'is a Unix socket, which has no TLS');
  return `unix:${unixPathOf(server, target)}`;
}

/** What the kernel says, where it says so and the file is there to be dialled; else what the endpoint says. */
function unixPathOf(server: NetServer, target: EndpointParts): string {
  const declared = target.kind === 'unix' ? target.path : undefined;
  const bound = boundPath(server);
  return bound !== undefined && (declared === undefined || existsSync(bound)) ? bound : (declared ?? '');
}

/** Node does not ask getsockname(2) of a Unix socket; Linux lists them all (proc_net(5)), by their inode. */
function boundPath(server: NetServer): string | undefined {
  const { _handle: handle } = server as { readonly _handle?: { readonly fd?: number } | null };
  // A handle that the primary of a cluster keeps has no descriptor here.
  if (handle?.fd === undefined || handle.fd < 0) return undefined;
  try {
    const inode = String(fstatSync(handle.fd).ino);
    // Num RefCount Protocol Flags Type St Inode Path
    const rows = readFileSync('/proc/net/unix', 'utf8').split('\n');
    const row = rows
      .map((line) => /^(?:\S+ +){6}(\d+) (.+)$/u.exec(line))
      .find((found) => found?.[1] === inode);
    return row?.[2];
  } catch {
    // No Linux, or no /proc.
    return undefined;
  }
}

/** The number names nothing, or no stream socket that can listen; Node says EINVAL, and listen(2) ENOTSOCK of a FIFO. */
function isOfDescriptor(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return error.code === 'EINVAL' || error.code === 'ENOTSOCK';
}

function refused(fd: number, cause: unknown, why = 'is no socket to listen on'): TransportError {
  return new TransportError('ERR_INVALID_OPTION', { phase: 'bind', detail: `fd ${fd} ${why}`, cause });
}

function nothingToRelease(): void {
  // The file of a Unix socket is whose who bound it.
}
