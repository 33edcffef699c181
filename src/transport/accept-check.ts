import { catchError, defer, fromEvent, map, merge, take, throwError } from 'rxjs';
import { decision } from '../admission/accept-if-all.ts';
import type { Admission } from '../admission/arrival.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';
import type { Check } from './candidate.ts';
import { inTime } from './in-time.ts';
import { OpenSockets } from './open-sockets.ts';
import { localEndpoint } from './socket-endpoints.ts';
import type { SocketSettings } from './socket-options.ts';

/** Asks who may come in. Nothing has been read by then, and what errs or takes too long refuses. */
export function acceptCheck(
  accept: Admission,
  { handshakeTimeout, scheduler }: SocketSettings,
  endpoint: Endpoint,
): Check {
  const open = new OpenSockets();
  const refused = (detail: string, cause?: unknown): TransportError =>
    new TransportError('ERR_NOT_ACCEPTED', { phase: 'accept', endpoint, detail, cause });
  return ({ socket, remote }) => {
    const connections = open.total;
    const connectionsFromAddress = open.add(socket, remote);
    const local = localEndpoint(socket) ?? endpoint;
    const decided = defer(() =>
      decision(accept({ local, remote, connections, connectionsFromAddress })),
    ).pipe(
      catchError((error: unknown) => {
        const detail = error instanceof Error ? error.message : String(error);
        return throwError(() => (TransportError.is(error) ? error : refused(detail, error)));
      }),
      map((accepted) => {
        if (!accepted) throw refused('accept said no');
        return accepted;
      }),
    );
    // Of a socket that is not read, nobody knows; behind a PROXY header it is read already.
    const left = fromEvent(socket, 'close').pipe(
      map(() => {
        const detail = 'the peer left before accept had answered';
        throw new TransportError('ERR_CONNECTION_RESET', { phase: 'accept', endpoint, detail });
      }),
    );
    return inTime(merge(decided, left).pipe(take(1)), handshakeTimeout, scheduler, () =>
      refused(`accept took over ${handshakeTimeout} ms`),
    );
  };
}
