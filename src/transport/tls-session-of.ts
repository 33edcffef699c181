import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { TlsSession } from '../connection/tls-session.ts';

/** What a handshake has come to. It stays when the socket goes, but for the certificate, which few ask for. */
export function tlsSessionOf(socket: TLSSocket): TlsSession {
  const { authorized, alpnProtocol } = socket;
  // The types of Node say Error; it is the code of OpenSSL.
  const authorizationError = socket.authorizationError as Error | string | null | undefined;
  const servername = (socket as { readonly servername?: string | false | null }).servername;
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    authorized,
    ...(authorizationError ? { authorizationError: String(authorizationError) } : {}),
    ...(typeof alpnProtocol === 'string' ? { alpnProtocol } : {}),
    ...(typeof servername === 'string' ? { servername } : {}),
    get peerCertificate() {
      return certificateOf(socket);
    },
  };
}

function certificateOf(socket: TLSSocket): PeerCertificate | undefined {
  // Node says {} where there is none, and null when the socket is destroyed.
  const certificate = socket.getPeerCertificate() as PeerCertificate | null;
  return certificate === null || Object.keys(certificate).length === 0 ? undefined : certificate;
}
