import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, lstatSync, mkdirSync, statSync, unlinkSync } from 'node:fs';
import type { Server as NetServer } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { concat, defer, ignoreElements, map, of, retry, throwError, type Observable } from 'rxjs';
import { TransportError } from '../errors/transport-error.ts';
import { listening, type BoundAddress } from './listening.ts';
import { removeStaleSocket } from './stale-socket.ts';
import { checkUnixPath, LONGEST_UNIX_PATH } from './unix-path.ts';

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
    const hidden = privatePath(path);
    checkUnixPath(path, 'bind');
    makeParent(path);
    const publish = defer(() => {
      linkSync(hidden, path);
      return of(undefined);
    }).pipe(retry({ count: ROUNDS, delay: (error: unknown) => afterCollision(error, path) }));
    const own = defer(() => {
      chmodSync(hidden, mode);
      return publish;
    });
    return concat(
      listening(server, { path: hidden, backlog, exclusive: true }).pipe(ignoreElements()),
      own,
    ).pipe(
      map(() => {
        unlinkSync(hidden);
        return { endpoint: `unix:${path}` as const, release: releaseOf(resolve(path)) };
      }),
    );
  });
}

/** Makes the directory that is to hold the socket. A file in its place is EEXIST, as if the socket were there already. */
function makeParent(path: string): void {
  const parent = dirname(path);
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() === false) {
    const detail = `${parent} is no directory`;
    throw new TransportError('ERR_NOT_A_SOCKET', { phase: 'bind', endpoint: `unix:${path}`, detail });
  }
  mkdirSync(parent, { recursive: true });
}

/** A name that nobody else has; if that would be too long for the platform, then as long as there is room for. */
function privatePath(path: string): string {
  const directory = dirname(path);
  const room = LONGEST_UNIX_PATH - Buffer.byteLength(join(directory, 'x')) + 1;
  return join(directory, randomName(Math.min(room, PRIVATE_NAME_LENGTH), basename(path)));
}

function randomName(length: number, taken: string): string {
  const name = randomBytes(PRIVATE_NAME_LENGTH).toString('hex');
  if (length > 1) return `.${name}`.slice(0, length);
  return Array.from(name).find((letter) => letter !== taken) ?? name;
}

function afterCollision(error: unknown, path: string): Observable<unknown> {
  const exists = typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST';
  return exists ? removeStaleSocket(path) : throwError(() => error);
}

function releaseOf(path: string): () => void {
  const ours = lstatSync(path).ino;
  return () => {
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === ours) unlinkSync(path);
  };
}
