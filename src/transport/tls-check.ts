import { tap } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Check } from './candidate.ts';
import { handshakeInTime } from './handshake-in-time.ts';
import type { SocketSettings } from './socket-options.ts';
import type { TlsAcceptor } from './tls-acceptor.ts';

/** Secures the candidate: what is read and written is the socket above its socket then. */
export function tlsCheck(acceptor: TlsAcceptor, settings: SocketSettings, endpoint: Endpoint): Check {
  return (candidate) =>
    handshakeInTime(acceptor.secure(candidate.socket), settings, { endpoint, role: 'accepted' }).pipe(
      tap((secured) => {
        candidate.stream = secured;
      }),
    );
}
