import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import type { Server as NetServer } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { concat, defer, ignoreElements, map, of, retry, throwError, type Observable } from 'rxjs';
import { listening, type BoundAddress } from './bound-address.ts';
import { removeStaleSocket } from './stale-socket.ts';
import { checkUnixPath } from './unix-path.ts';

// Each round follows the removal of a stale file, so a second one only meets somebody who was faster.
const ROUNDS = 3;
const PRIVATE_NAME_LENGTH = 12;

/**
 * Binds a Unix socket so that its file is never seen half-made, and never anybody else's.
 *
 * ```text
 * bind dir/.private ─▶ chmod ─▶ link(2) to path ───────────────▶ unlink dir/.private ─▶ listening
 *                                  │ EEXIST                ▲
 *                                  └─▶ is it stale? remove ─┘
 *                                      in use, or no socket ─▶ error, and nothing was changed
 * ```
 *
 * libuv unlinks the path it has bound when it closes, even if a newer server owns that name by then. It only knows the
 * private name, which is gone; the public one is unlinked here, and only while the inode is still ours.
 */
export function bindUnixPath(
  server: NetServer,
  path: string,
  { mode, backlog }: { readonly mode: number; readonly backlog: number },
): Observable<BoundAddress> {
  return defer(() => {
    const hidden = join(dirname(path), privateName(path));
    checkUnixPath(path, 'bind');
    checkUnixPath(hidden, 'bind');
    mkdirSync(dirname(path), { recursive: true });
    const publish = defer(() => {
      linkSync(hidden, path);
      return of(undefined);
    }).pipe(retry({ count: ROUNDS, delay: (error: unknown) => afterCollision(error, path) }));
    const own = defer(() => {
      chmodSync(hidden, mode);
      return publish;
    });
    return concat(listening(server, { path: hidden, backlog }).pipe(ignoreElements()), own).pipe(
      map(() => {
        unlinkSync(hidden);
        return { endpoint: `unix:${path}` as const, release: releaseOf(resolve(path)) };
      }),
    );
  });
}

/** No longer than the name it stands for, so that it fits where that one fits; two bytes at least. */
function privateName(path: string): string {
  const length = Math.min(Buffer.byteLength(basename(path)), PRIVATE_NAME_LENGTH);
  return `.${randomBytes(PRIVATE_NAME_LENGTH).toString('hex')}`.slice(0, Math.max(length, 2));
}

function afterCollision(error: unknown, path: string): Observable<unknown> {
  const exists = error instanceof Object && 'code' in error && error.code === 'EEXIST';
  return exists ? removeStaleSocket(path) : throwError(() => error);
}

function releaseOf(path: string): () => void {
  const ours = lstatSync(path).ino;
  return () => {
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === ours) unlinkSync(path);
  };
}
