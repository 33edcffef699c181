import type { SecureContextOptions } from 'node:tls';
import { invalidOption } from '../errors/invalid-option.ts';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';

// What RFC 8996 leaves of TLS.
const LEAST_VERSION = 'TLSv1.2';
const VERSIONS: readonly unknown[] = [undefined, 'TLSv1.2', 'TLSv1.3'];

/** The same context with its least version said. Throws `ERR_INVALID_OPTION` for one that is older, or none at all. */
export function checkedContext(context: SecureContextOptions): SecureContextOptions {
  if (!isObject(context)) throw invalidOption('a secureContext is an object: { cert, key, ca }');
  const { minVersion, maxVersion, secureProtocol } = context;
  if (secureProtocol === undefined && VERSIONS.includes(minVersion) && VERSIONS.includes(maxVersion)) {
    return { ...context, minVersion: minVersion ?? LEAST_VERSION };
  }
  throw invalidOption(
    `${LEAST_VERSION} is the least: say so by minVersion and maxVersion, and leave secureProtocol alone`,
  );
}

/** The context of a server. OpenSSL misses a certificate, or its key, only when a client has come. */
export function checkedIdentity(context: SecureContextOptions): SecureContextOptions {
  const checked = checkedContext(context);
  const { cert, key, pfx, privateKeyIdentifier } = checked;
  if (pfx || (cert && (key || privateKeyIdentifier))) return checked;
  throw invalidOption('a TLS server needs a certificate: tls: { secureContext: { cert, key } }');
}

/** Runs what gives options to Node, whose errors say what is wrong with them. */
export function asInvalidOption<T>(create: () => T): T {
  try {
    return create();
  } catch (cause) {
    if (TransportError.is(cause)) throw cause;
    const { detail } = toTransportError(cause, 'parse');
    throw invalidOption(detail, cause);
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
