import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { Observable, switchMap, take } from 'rxjs';
import type { TlsSettings } from './tls-options.ts';
import { rememberSecured } from './tls-traits.ts';

/**
 * Secures a dialled socket: emits the socket above it, paused, when the server's certificate is verified.
 *
 * ```text
 * (raw) ─▶ ClientHello … Finished ─▶ (secured|)
 *                  └───────────────▶ #          raw is destroyed; so it is by unsubscribing
 * ```
 *
 * @see The Node manual on `tls.connect`, and its option `socket`
 */
export function secureDialled(raw: Socket, host: string, settings: TlsSettings): Observable<TLSSocket> {
  return settings.secureContext.pipe(
    take(1),
    switchMap((context) => handshake(raw, host, settings, context)),
  );
}

function handshake(
  raw: Socket,
  host: string,
  settings: TlsSettings,
  context: SecureContextOptions,
): Observable<TLSSocket> {
  return new Observable((subscriber) => {
    let done = false;
    const { rejectUnauthorized, alpnProtocols, servername, checkServerIdentity } = settings;
    // An address is no server name (RFC 6066, section 3); then `host` is what the certificate has to have.
    const name = servername ?? (isIP(host) === 0 ? host : undefined);
    const socket = connectTls({
      ...context,
      socket: raw,
      host,
      // Always said, because the environment could turn verification off (NODE_TLS_REJECT_UNAUTHORIZED).
      rejectUnauthorized,
      ...(alpnProtocols === undefined ? {} : { ALPNProtocols: [...alpnProtocols] }),
      ...(name === undefined ? {} : { servername: name }),
      ...(checkServerIdentity === undefined ? {} : { checkServerIdentity }),
    });
    subscriber.add(() => {
      if (done) return;
      socket.destroy();
      raw.destroy();
    });
    // Never removed, as that of `raw`: what comes late must not become an uncaught exception.
    socket.on('error', (error) => {
      subscriber.error(error);
    });
    socket.once('close', () => {
      subscriber.error(
        Object.assign(new Error('the server closed during the handshake'), { code: 'ECONNRESET' }),
      );
    });
    socket.once('secureConnect', () => {
      done = true;
      subscriber.next(rememberSecured(socket, raw));
      subscriber.complete();
    });
    socket.pause();
  });
}
