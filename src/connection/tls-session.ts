import type { PeerCertificate } from 'node:tls';

/**
 * What two sides have agreed on in their TLS handshake, and who the peer is.
 *
 * @public
 */
export interface TlsSession {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  /** The name that OpenSSL has for the cipher suite. */
  readonly cipher: string;
  /** Whether the peer has shown a certificate that was verified. False for a client that was not asked for one. */
  readonly authorized: boolean;
  /** Why not, in OpenSSL's words; absent when it was, or was not asked for. */
  readonly authorizationError?: string;
  /** The protocol that was negotiated (ALPN); absent when none was. */
  readonly alpnProtocol?: string;
  /** The name that the client asked for (SNI); absent when it asked for none. */
  readonly servername?: string;
  /** What the peer has shown, as Node describes it; undefined when it has shown none, and after the connection is closed. */
  readonly peerCertificate: PeerCertificate | undefined;
}
