import type { TLSSocket } from 'node:tls';
import type { Observable } from 'rxjs';
import { tellOf } from './tell-of.ts';
import { tlsTraits } from './tls-traits.ts';
import { handshakeEnded, handshakeStarted, type TlsHandshake } from './transport-channels.ts';

/** Tells the diagnostics channels of a handshake of TLS. */
export function tellOfHandshake(
  handshake: Observable<TLSSocket>,
  { endpoint, role }: TlsHandshake,
): Observable<TLSSocket> {
  return tellOf(handshake, {
    started: handshakeStarted,
    ended: handshakeEnded,
    begin: (): TlsHandshake => ({ endpoint, role }),
    end: (begun, { value, ...failure }) =>
      value === undefined
        ? { handshake: begun, ...failure }
        : { handshake: begun, tls: tlsTraits.tls(value) },
    release: (stream) => stream.destroy(),
  });
}
