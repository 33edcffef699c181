import type { PeerCertificate } from 'node:tls';
import { tlsErrorCode } from '../errors/tls-error-codes.ts';

type Check = (hostname: string, certificate: PeerCertificate) => Error | undefined;

/**
 * The same check of a server's certificate, which refuses when it throws: Node calls it out of OpenSSL, where nobody catches
 * it. A refusal whose code is none of TLS says that the certificate is rejected (X509_V_ERR_CERT_REJECTED).
 */
export function withoutThrowing(check: Check): Check {
  return (hostname, certificate) => {
    const refusal = verdict(check, hostname, certificate);
    if (refusal === undefined || tlsErrorCode((refusal as NodeJS.ErrnoException).code ?? '') !== undefined) {
      return refusal;
    }
    return Object.assign(new Error(refusal.message, { cause: refusal }), { code: 'CERT_REJECTED' });
  };
}

function verdict(check: Check, hostname: string, certificate: PeerCertificate): Error | undefined {
  try {
    // Null of a caller without types is no refusal, as it is none for Node.
    return check(hostname, certificate) ?? undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error('checkServerIdentity threw', { cause: thrown });
  }
}
