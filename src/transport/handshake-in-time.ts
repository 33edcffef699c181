import type { TLSSocket } from 'node:tls';
import { catchError, throwError, type Observable } from 'rxjs';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import { inTime } from './in-time.ts';
import type { SocketSettings } from './socket-options.ts';
import { tellOfHandshake } from './tell-of-handshake.ts';
import type { TlsHandshake } from './transport-channels.ts';

/** The same handshake, with a deadline, and with errors that say what it was and with whom. */
export function handshakeInTime(
  handshake: Observable<TLSSocket>,
  { handshakeTimeout, scheduler }: SocketSettings,
  described: TlsHandshake,
): Observable<TLSSocket> {
  const { endpoint } = described;
  const late = (): TransportError => {
    const detail = `no handshake within ${handshakeTimeout} ms`;
    return new TransportError('ERR_HANDSHAKE_TIMEOUT', { phase: 'handshake', endpoint, detail });
  };
  const checked = inTime(handshake, handshakeTimeout, scheduler, late).pipe(
    catchError((error: unknown) => throwError(() => toTransportError(error, 'handshake', endpoint))),
  );
  return tellOfHandshake(checked, described);
}
