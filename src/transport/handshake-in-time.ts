import { catchError, throwError, type Observable } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import { inTime } from './in-time.ts';
import type { SocketSettings } from './socket-options.ts';

/** The same handshake, with a deadline, and with errors that say what it was and with whom. */
export function handshakeInTime<T>(
  handshake: Observable<T>,
  { handshakeTimeout, scheduler }: SocketSettings,
  endpoint: Endpoint,
): Observable<T> {
  const late = (): TransportError => {
    const detail = `no handshake within ${handshakeTimeout} ms`;
    return new TransportError('ERR_HANDSHAKE_TIMEOUT', { phase: 'handshake', endpoint, detail });
  };
  return inTime(handshake, handshakeTimeout, scheduler, late).pipe(
    catchError((error: unknown) => throwError(() => toTransportError(error, 'handshake', endpoint))),
  );
}
