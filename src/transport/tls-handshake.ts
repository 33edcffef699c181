import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { Observable, take, throwIfEmpty } from 'rxjs';
import { withoutThrowing } from './server-identity.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { asInvalidOption, checkedContext } from './tls-context.ts';
import type { TlsSettings } from './tls-options.ts';
import { rememberSecured } from './tls-traits.ts';

/**
 * Secures a dialled socket: emits the socket above it, paused, when the server's certificate is verified.
 *
 * ```text
 * (raw) ─▶ ClientHello … Finished ─▶ (secured|)
 *   └──────────────┴───────────────▶ #          raw is destroyed; so it is by unsubscribing
 * ```
 *
 * @see The Node manual on `tls.connect`, and its option `socket`
 */
export function secureDialled(raw: Socket, host: string, settings: TlsSettings): Observable<TLSSocket> {
  return new Observable((subscriber) => {
    let secured: TLSSocket | undefined;
    let done = false;
    subscriber.add(() => {
      if (done) return;
      // In this order: the other one ends the process, see tlsTraits.
      secured?.destroy();
      raw.destroy();
    });
    const begin = (context: SecureContextOptions): void => {
      const socket = above(raw, host, settings, context);
      secured = socket;
      // Never removed, as that of `raw`: what comes late must not become an uncaught exception.
      socket.on('error', (error) => {
        subscriber.error(error);
      });
      socket.once('close', () => {
        const left = new Error('the server closed during the handshake');
        subscriber.error(Object.assign(left, { code: 'ECONNRESET' }));
      });
      socket.once('secureConnect', () => {
        done = true;
        subscriber.next(rememberSecured(socket, raw));
        subscriber.complete();
      });
      socket.pause();
    };
    const contexts = settings.secureContext.pipe(
      take(1),
      throwIfEmpty(() => invalidOption('secureContext completed without a value')),
    );
    subscriber.add(
      contexts.subscribe({
        next: (context) => {
          try {
            begin(context);
          } catch (error) {
            subscriber.error(error);
          }
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
      }),
    );
  });
}

function above(raw: Socket, host: string, settings: TlsSettings, context: SecureContextOptions): TLSSocket {
  const { rejectUnauthorized, alpnProtocols, servername, checkServerIdentity } = settings;
  const name = servername ?? host;
  return asInvalidOption(() =>
    connectTls({
      ...checkedContext(context),
      socket: raw,
      // Always said, because the environment could turn verification off (NODE_TLS_REJECT_UNAUTHORIZED).
      rejectUnauthorized,
      ...(alpnProtocols === undefined ? {} : { ALPNProtocols: [...alpnProtocols] }),
      // An address is no server name (RFC 6066, section 3); then it is only what the certificate has to have.
      ...(isIP(name) === 0 ? { host, servername: name } : { host: name }),
      ...(checkServerIdentity === undefined
        ? {}
        : { checkServerIdentity: withoutThrowing(checkServerIdentity) }),
    }),
  );
}
