/**
 * Every code an error of this library can have, with what it means and what to do. A spec holds the README's table to it.
 */
export const errorMeanings = {
  ERR_INVALID_ENDPOINT: 'this is no endpoint; write host:port, [ipv6]:port or unix:/path',
  ERR_INVALID_OPTION: 'an option has a value outside of its range; correct it',
  ERR_INVALID_VALUE: 'only strings and Uint8Arrays can be written; encode the value first',
  ERR_UNSUPPORTED: 'this version cannot do that; nothing was opened',
  ERR_PATH_TOO_LONG: 'the path is longer than the platform lets a Unix socket have; choose a shorter one',
  ERR_HOST_NOT_FOUND: 'the host name could not be resolved; check its spelling and the DNS',
  ERR_HOST_UNREACHABLE: 'there is no route to the host; check the network and the address',
  ERR_CONNECT_TIMEOUT: 'no answer in time; check the address and firewall, or raise connectTimeout',
  ERR_CONNECTION_REFUSED: 'nobody listens there; start the server or correct the endpoint',
  ERR_ENDPOINT_NOT_FOUND: 'there is no such path; start the server or correct the path',
  ERR_NOT_A_SOCKET: 'the path is not a socket and was left alone; choose another or remove it yourself',
  ERR_ADDRESS_IN_USE: 'another server listens there; stop it, or bind port 0 or another path',
  ERR_ADDRESS_NOT_AVAILABLE: 'this machine does not have that address; bind one of its own, or 0.0.0.0',
  ERR_PERMISSION_DENIED: 'the system forbids it; ports below 1024 and foreign directories need rights',
  ERR_TOO_MANY_FILES: 'no file descriptor is left; raise the limit (ulimit -n) or lower maxConnections',
  ERR_TOO_MANY_CONNECTIONS:
    'the server is full and refused this connection; raise maxConnections or add servers',
  ERR_NOT_ACCEPTED: 'accept did not let this connection in; see the detail, or cause',
  ERR_CONNECTION_RESET:
    'the peer reset the connection or left without a FIN; redial if the work can be repeated',
  ERR_CONNECTION_LOST: 'the peer or the network stopped answering; redial with backoff',
  ERR_PEER_ENDED: 'the peer ended the conversation while a send was under way; redial, or set allowHalfOpen',
  ERR_IDLE_TIMEOUT: 'nothing was sent or received for too long; send keep-alives or raise the limit',
  ERR_FIRST_BYTE_TIMEOUT:
    'the peer connected and said nothing in time; raise firstByteTimeout if it may think for longer',
  ERR_CLOSE_TIMEOUT: 'the peer did not close in time and was reset; raise closeTimeout if it is slow',
  ERR_CLOSED:
    'this connection was ended or closed here, or its gracePeriod was over; firstValueFrom(connect(…)) closes what it returns, openConnection keeps it open',
  ERR_ABORTED: 'the connection or the attempt was aborted here; see cause for the reason',
  ERR_ALREADY_READING: 'received has a subscriber already; share() it, or unsubscribe the first one',
  ERR_WRITE_OVERFLOW:
    'a push source outran the peer; pull instead, honour congested, or raise maxWriteBuffer',
  ERR_FRAME_TOO_LONG: 'a frame is longer than maxFrameLength; raise it on both sides, or send less at a time',
  ERR_FRAME_TRUNCATED: 'the peer ended in the middle of a frame; what is missing was never sent',
  ERR_FRAME_TIMEOUT: 'a frame was begun and not finished in time; raise frameTimeout if the peer is slow',
  ERR_INVALID_FRAME: 'these bytes are no frame; check that both sides use the same framing and its options',
  ERR_INVALID_MESSAGE: 'this is no message of the codec; see cause',
  ERR_CERTIFICATE_EXPIRED:
    'the certificate of the peer is not valid now; renew it, and check the clocks of both sides',
  ERR_CERTIFICATE_HOST: 'the certificate of the peer is for another name; dial that name, or set servername',
  ERR_CERTIFICATE_UNTRUSTED:
    'nobody whom this side trusts has signed the certificate of the peer; give its authority as ca',
  ERR_CERTIFICATE_REQUIRED: 'the server wants a certificate of the client; give it cert and key',
  ERR_CERTIFICATE_REFUSED: 'the peer refused the certificate of this side; look at its log',
  ERR_NO_SHARED_PROTOCOL:
    'the two sides share no version, cipher or protocol of TLS; compare minVersion, ciphers and alpnProtocols',
  ERR_NOT_TLS: 'the peer does not speak TLS; check the port, and whether both sides use tls://',
  ERR_HANDSHAKE_TIMEOUT:
    'the peer did not finish its handshake in time; raise handshakeTimeout if it is slow',
  ERR_TLS_FAILED: 'the TLS connection failed; see cause',
  ERR_PROXY_HEADER:
    'the connection does not begin with a valid header of the PROXY protocol; let only proxies that send one connect',
  ERR_HANDLER_FAILED: 'the handler of this connection threw or errored; see cause',
  ERR_SYSTEM: 'the system reported an error this library has no name for; see cause',
} as const;

/**
 * The closed set of error codes. A `switch` over it can be checked for completeness with `never`.
 *
 * @public
 */
export type TransportErrorCode = keyof typeof errorMeanings;

/**
 * What was being done when the error came up.
 *
 * @public
 */
export type TransportPhase =
  'parse' | 'resolve' | 'connect' | 'handshake' | 'bind' | 'accept' | 'read' | 'write' | 'close' | 'handle';
