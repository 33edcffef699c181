import { linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { defer, Observable, of, switchMap } from 'rxjs';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';

/**
 * Removes a socket file that a crashed server has left behind, and emits when the path is free.
 *
 * Errors with `ERR_ADDRESS_IN_USE` when somebody listens there and with `ERR_NOT_A_SOCKET` when the file is something
 * else, which is left alone.
 */
export function removeStaleSocket(path: string): Observable<unknown> {
  return defer(() => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return of(undefined);
    if (!found.isSocket()) throw failure('ERR_NOT_A_SOCKET', path);
    return nobodyListens(path).pipe(
      switchMap(() => {
        takeAway(path, found.ino);
        return of(undefined);
      }),
    );
  });
}

/** Emits when a connection is refused, which on Linux means that the socket behind the file is gone (unix(7)). */
function nobodyListens(path: string): Observable<void> {
  return new Observable((subscriber) => {
    const probe = connectSocket({ path });
    subscriber.add(() => probe.destroy());
    probe.on('connect', () => {
      subscriber.error(failure('ERR_ADDRESS_IN_USE', path));
    });
    probe.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') {
        subscriber.next();
        subscriber.complete();
      } else {
        // EAGAIN is a full backlog: in use all the same.
        const busy = error.code === 'EAGAIN';
        subscriber.error(
          busy ? failure('ERR_ADDRESS_IN_USE', path) : toTransportError(error, 'bind', `unix:${path}`),
        );
      }
    });
  });
}

/** Between the probe and now, a faster server may have put its own file there: moved aside, it can be told apart. */
function takeAway(path: string, inode: number): void {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    // Somebody else took it away: the path is as free as we wanted it.
    return;
  }
  if (lstatSync(aside).ino !== inode) putBack(aside, path);
  unlinkSync(aside);
}

function putBack(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch {
    // A third server was faster still, and has the name now.
  }
}

function failure(code: 'ERR_ADDRESS_IN_USE' | 'ERR_NOT_A_SOCKET', path: string): TransportError {
  return new TransportError(code, { phase: 'bind', endpoint: `unix:${path}` });
}
