import type { PeerCertificate, SecureContextOptions } from 'node:tls';
import { from, isObservable, of, type Observable, type ObservableInput } from 'rxjs';
import type { EndpointParts } from '../endpoint/endpoint.ts';
import { formatEndpoint } from '../endpoint/format-endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { isObject } from './tls-context.ts';
import { checkTlsOptions } from './tls-option-types.ts';

/**
 * How a connection is secured: TLS 1.2 or newer, and the peer's certificate is verified unless you say otherwise.
 *
 * @public
 */
export interface TlsOptions {
  /**
   * Certificates, keys and authorities, as `tls.createSecureContext` takes them: `cert` and `key` of this side, `ca` of the
   * other one. Default: no certificate, and the authorities that Node trusts.
   *
   * An Observable (or any ObservableInput) of them rotates: a server begins with the first value, and what is accepted or
   * dialled later uses the latest. Connections that are open are left alone. `minVersion` is TLSv1.2 at the least.
   */
  readonly secureContext?: SecureContextOptions | ObservableInput<SecureContextOptions> | undefined;
  /**
   * Whether a peer whose certificate cannot be verified is refused. Default true. With false, look at
   * `connection.tls.authorized` before you trust it: anybody can be in between.
   */
  readonly rejectUnauthorized?: boolean | undefined;
  /** The protocols that this side speaks, the best first (ALPN, RFC 7301). Default: none is negotiated. */
  readonly alpnProtocols?: readonly string[] | undefined;
  /** Accepting: whether the client has to show a certificate (mTLS). Default false. */
  readonly requestCert?: boolean | undefined;
  /** Accepting: the certificates of a server that has several names, by the name that the client asks for (SNI, RFC 6066). */
  readonly contexts?: Readonly<Record<string, SecureContextOptions>> | undefined;
  /** Dialling: the name that the server's certificate has to have. Default: the host of the endpoint. */
  readonly servername?: string | undefined;
  /** Dialling: says what is wrong with a certificate for a name. Default: `tls.checkServerIdentity` (RFC 6125). */
  readonly checkServerIdentity?:
    ((hostname: string, certificate: PeerCertificate) => Error | undefined) | undefined;
}

/** {@link TlsOptions} with every default in its place. */
export interface TlsSettings extends Omit<
  TlsOptions,
  'secureContext' | 'rejectUnauthorized' | 'requestCert'
> {
  readonly secureContext: Observable<SecureContextOptions>;
  readonly rejectUnauthorized: boolean;
  readonly requestCert: boolean;
}

/** Which side of a connection is to be secured. */
type Side = 'bind' | 'connect';

/**
 * The settings, if the endpoint or the options ask for TLS. What asks for it never goes out in the clear: throws
 * `ERR_INVALID_OPTION` where the two disagree, and for a server without a certificate.
 */
export function readTlsOptions(
  target: EndpointParts,
  tls: boolean | TlsOptions | undefined,
  side: Side,
): TlsSettings | undefined {
  const asked = target.kind === 'tcp' && target.tls;
  // null of a caller without types is no default: whoever says it may have meant not to be in the clear.
  if (tls !== undefined && typeof tls !== 'boolean' && !isObject(tls)) {
    throw invalidOption('tls takes true, false or an object');
  }
  if (tls === false && asked) throw refused(target, 'tls:// and tls: false contradict each other');
  if (tls === false || (tls === undefined && !asked)) return undefined;
  if (target.kind === 'unix') {
    const detail = 'TLS over a Unix socket';
    throw new TransportError('ERR_UNSUPPORTED', { phase: side, endpoint: formatEndpoint(target), detail });
  }
  const options = typeof tls === 'object' ? tls : {};
  checkTlsOptions(options);
  const { secureContext, rejectUnauthorized = true, requestCert = false } = options;
  if (side === 'bind' && secureContext === undefined) {
    throw refused(target, 'a TLS server needs a certificate: tls: { secureContext: { cert, key } }');
  }
  return {
    rejectUnauthorized,
    requestCert,
    alpnProtocols: options.alpnProtocols,
    contexts: options.contexts,
    servername: options.servername,
    checkServerIdentity: options.checkServerIdentity,
    secureContext: toObservable(secureContext ?? {}),
  };
}

function toObservable(
  contexts: SecureContextOptions | ObservableInput<SecureContextOptions>,
): Observable<SecureContextOptions> {
  return isInput(contexts) ? from(contexts) : of(contexts);
}

/** Whether it is something that RxJS can subscribe to, which the options of a context are not. */
function isInput(
  contexts: SecureContextOptions | ObservableInput<SecureContextOptions>,
): contexts is ObservableInput<SecureContextOptions> {
  return (
    isObservable(contexts) ||
    'then' in contexts ||
    'getReader' in contexts ||
    '@@observable' in contexts ||
    Symbol.iterator in contexts ||
    Symbol.asyncIterator in contexts
  );
}

function refused(target: EndpointParts, detail: string): TransportError {
  const endpoint = formatEndpoint(target);
  return new TransportError('ERR_INVALID_OPTION', { phase: 'parse', endpoint, detail });
}
