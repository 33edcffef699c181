import {
  catchError,
  concat,
  defer,
  EMPTY,
  expand,
  map,
  mergeMap,
  of,
  retry,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import { backoff, TransportError, type BackoffOptions, type Connection } from 'rxjs-net';
import { ClientSession } from './client-session.ts';
import type { ClientPacket } from './packets.ts';

/** What happens to the connections of a client. */
export type SessionChange =
  /** Requests are made over this one from now on. */
  | { readonly kind: 'opened'; readonly session: ClientSession }
  /** Its server shuts down. It goes on until all that it was asked is answered. */
  | { readonly kind: 'left' }
  /** There is none until the next dial succeeds; or this dial has failed. */
  | { readonly kind: 'lost'; readonly error: TransportError };

/**
 * One connection after the other: the next is dialled when one is lost, with back-off, or at once when its server shuts down.
 *
 * ```text
 * dial            -a------#   -#    -b-------{isDisposed}--|
 *                                            -c----
 * clientSessions  -opened-lost-lost-opened---left-opened
 * ```
 *
 * Errors when it is useless to dial again, as with a malformed endpoint.
 */
export function clientSessions(
  dial: Observable<Connection<unknown, ClientPacket>>,
  options: BackoffOptions,
): Observable<SessionChange> {
  const stay = defer((): Observable<SessionChange> => {
    let hasLeft = false;
    const lost = (error: TransportError): Observable<SessionChange> =>
      hasLeft
        ? EMPTY
        : concat(
            of({ kind: 'lost', error } as const),
            throwError(() => error),
          );
    // A clean end is a loss as well, but for one that we have brought about ourselves.
    const ended = defer(() =>
      hasLeft ? EMPTY : throwError(() => new TransportError('ERR_PEER_ENDED', { phase: 'read' })),
    );
    return dial.pipe(
      map((connection) => new ClientSession(connection)),
      mergeMap((session) => {
        const left = session.goAways.pipe(
          tap(() => {
            hasLeft = true;
            session.leave();
          }),
          map(() => ({ kind: 'left' }) as const),
        );
        return concat(of({ kind: 'opened', session } as const), left, ended);
      }),
      catchError(lost),
      retry({ delay: backoff(options) }),
    );
  });
  return stay.pipe(expand(({ kind }) => (kind === 'left' ? stay : EMPTY)));
}
