import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import { Observable, ReplaySubject, type Subscriber } from 'rxjs';
import { LONGEST_TIMER } from '../errors/option-range.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { toTransportError } from '../errors/system-error.ts';
import type { TransportError } from '../errors/transport-error.ts';
import { asInvalidOption, checkedContext, checkedIdentity } from './tls-context.ts';
import type { TlsSettings } from './tls-options.ts';
import { rememberSecured } from './tls-traits.ts';

/**
 * Secures accepted sockets. A `tls.Server` does it, which does not listen itself: sockets are given to it when it is their
 * turn, as the Node manual says of its event 'connection'.
 *
 * ```text
 * raw ──'connection'──▶ tls.Server ──'secureConnection'──▶ (secured|)
 *                           └───────'tlsClientError'─────▶ #      raw is destroyed; so it is by unsubscribing
 * ```
 */
export class TlsAcceptor {
  /** Contexts that could not be used: the one before stays in use. */
  readonly failures: Observable<TransportError>;
  readonly #failures = new ReplaySubject<TransportError>(1);
  readonly #checked: (context: SecureContextOptions) => SecureContextOptions;
  readonly #server: Server;
  readonly #handshakes = new Map<Socket, Subscriber<TLSSocket>>();

  constructor(context: SecureContextOptions, settings: TlsSettings) {
    this.failures = this.#failures.asObservable();
    const { requestCert, rejectUnauthorized, alpnProtocols, contexts = {} } = settings;
    const named = Object.entries(contexts);
    // Who has certificates for the names that are asked for needs no other.
    this.#checked = named.length > 0 ? checkedContext : checkedIdentity;
    this.#server = asInvalidOption(() => {
      const server = createServer({
        ...this.#checked(context),
        requestCert,
        rejectUnauthorized,
        ...(alpnProtocols === undefined ? {} : { ALPNProtocols: [...alpnProtocols] }),
        pauseOnConnect: true,
        // Ours runs on the scheduler.
        handshakeTimeout: LONGEST_TIMER,
      });
      for (const [name, ofName] of named) server.addContext(name, checkedIdentity(ofName));
      return server;
    });
    this.#server
      .on('secureConnection', (socket: TLSSocket) => {
        this.#onSecure(socket);
      })
      .on('tlsClientError', (error: Error, socket: TLSSocket) => {
        this.#handshakes.get(rawOf(socket))?.error(verificationError(socket) ?? error);
      });
  }

  /** New connections use this context. */
  use(context: SecureContextOptions): void {
    try {
      asInvalidOption(() => {
        this.#server.setSecureContext(this.#checked(context));
      });
    } catch (error) {
      this.failed(error);
    }
  }

  /** There will be no other context than the one that is in use. */
  failed(error: unknown): void {
    this.#failures.next(toTransportError(error, 'accept'));
  }

  /** Emits the socket above the given one, paused and unread, and completes. */
  secure(raw: Socket): Observable<TLSSocket> {
    return new Observable((subscriber) => {
      this.#handshakes.set(raw, subscriber);
      const onClose = (): void => {
        // Later, because 'tlsClientError' may come after it, and knows more.
        setImmediate(() => {
          const left = new Error('the client left during the handshake');
          subscriber.error(Object.assign(left, { code: 'ECONNRESET' }));
        });
      };
      subscriber.add(() => {
        raw.off('close', onClose);
        if (this.#handshakes.delete(raw)) raw.destroy();
      });
      raw.once('close', onClose);
      // A client that leaves during its handshake is gone at once, and not at the deadline. The socket above takes it over.
      raw.allowHalfOpen = false;
      this.#server.emit('connection', raw);
    });
  }

  #onSecure(socket: TLSSocket): void {
    const raw = rawOf(socket);
    const subscriber = this.#handshakes.get(raw);
    // From here on the raw socket belongs to the one above it.
    this.#handshakes.delete(raw);
    if (subscriber === undefined) {
      socket.destroy();
      return;
    }
    // Still before an 'end' could be emitted, as the manual of Duplex wants it.
    raw.allowHalfOpen = true;
    socket.allowHalfOpen = true;
    subscriber.next(rememberSecured(socket, raw));
    subscriber.complete();
  }
}

/**
 * Emits the acceptor with the first context, and gives it each later one. Before the first, and when there is none, it errs;
 * what goes wrong later is reported by the acceptor.
 *
 * ```text
 * secureContext                  --a----b-----#
 * tlsAcceptor(settings)          --x----------     x uses a, then b, and goes on with b
 * ```
 */
export function tlsAcceptor(settings: TlsSettings): Observable<TlsAcceptor> {
  return new Observable((subscriber) => {
    let acceptor: TlsAcceptor | undefined;
    const contexts = settings.secureContext.subscribe({
      next: (context) => {
        if (acceptor !== undefined) {
          acceptor.use(context);
          return;
        }
        try {
          acceptor = new TlsAcceptor(context, settings);
        } catch (error) {
          subscriber.error(error);
          return;
        }
        subscriber.next(acceptor);
      },
      error: (error: unknown) => {
        if (acceptor === undefined) subscriber.error(error);
        else acceptor.failed(error);
      },
      complete: () => {
        if (acceptor !== undefined) return;
        const detail = 'secureContext completed without a value';
        subscriber.error(invalidOption(detail));
      },
    });
    subscriber.add(contexts);
  });
}

/** The socket below. The manual has no name for it; a spec would see it go. */
function rawOf(socket: TLSSocket): Socket {
  return (socket as unknown as { readonly _parent: Socket })._parent;
}

/** Node destroys a client whose certificate it cannot verify, and reports that as a reset. */
function verificationError({ authorizationError }: TLSSocket): Error | undefined {
  const code = authorizationError as Error | string | null | undefined;
  return code ? Object.assign(new Error('the certificate of the client'), { code: String(code) }) : undefined;
}
