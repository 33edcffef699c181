/**
 * RxJS streams over TCP, TLS and Unix sockets: a connection is a pair of Observables, and a subscription is a lifetime.
 *
 * @packageDocumentation
 */

// Endpoints
export type {
  Endpoint,
  EndpointParts,
  TcpAddress,
  TcpEndpoint,
  TcpEndpointParts,
  UnixEndpoint,
  UnixEndpointParts,
} from './endpoint/endpoint.ts';
export { formatEndpoint } from './endpoint/format-endpoint.ts';
export { isTcpEndpoint, parseEndpoint } from './endpoint/parse-endpoint.ts';

// Errors
export type { TransportErrorCode, TransportPhase } from './errors/error-codes.ts';
export { TransportError, type TransportErrorInit } from './errors/transport-error.ts';

// Connections
export type { ConnectionOptions } from './connection/connection-options.ts';
export type { CloseSummary, Connection, Traffic } from './connection/connection.ts';
export type { ConnectionRole } from './connection/half-close.ts';
export type { TlsSession } from './connection/tls-session.ts';

// Creating
export { activatedSockets, type ActivatedSocket } from './transport/activated-sockets.ts';
export type { BindOptions } from './transport/bind-options.ts';
export { bind } from './transport/bind.ts';
export type { ConnectOptions } from './transport/connect-options.ts';
export { connect } from './transport/connect.ts';
export { listen } from './transport/listen.ts';
export { openConnection } from './transport/open-connection.ts';
export type { ProxyHeader } from './proxy-protocol/proxy-header.ts';
export type { ProxyHeaderOptions } from './proxy-protocol/proxy-header-options.ts';
export type { ProxySsl } from './proxy-protocol/proxy-ssl.ts';
export type { ProxyProtocolOptions } from './transport/proxy-protocol-options.ts';
export type { Refusal, Server, ShutdownSummary } from './transport/server.ts';
export type { SocketOptions } from './transport/socket-options.ts';
export type { TlsOptions } from './transport/tls-options.ts';

// Who may come in
export { acceptIfAll } from './admission/accept-if-all.ts';
export type { AddressList } from './admission/address-list.ts';
export { allowAddresses } from './admission/allow-addresses.ts';
export type { Admission, Arrival } from './admission/arrival.ts';
export { denyAddresses } from './admission/deny-addresses.ts';
export { limitConnectionsPerAddress } from './admission/limit-connections-per-address.ts';
export { limitRatePerAddress, type RateOptions } from './admission/limit-rate-per-address.ts';

// Observability
export type {
  ConnectionClosed,
  ConnectionOpened,
  ConnectionTotals,
} from './connection/connection-channels.ts';
export { fromDiagnostics } from './transport/from-diagnostics.ts';
export type { CountsByCode, ServerStats } from './transport/server-stats.ts';
export type {
  ConnectAttempt,
  ConnectEnded,
  DiagnosticsMessages,
  HandshakeEnded,
  TlsHandshake,
  ServerClosed,
  ServerMessage,
  ServerRefused,
} from './transport/transport-channels.ts';

// The transport seam
export { TcpSocketTransport, type TcpSocketTransportOptions } from './transport/tcp-socket-transport.ts';
export type { Transport } from './transport/transport.ts';
export { UnixSocketTransport, type UnixSocketTransportOptions } from './transport/unix-socket-transport.ts';

// Framing
export type { ByteSink, Encode } from './framing/byte-sink.ts';
export type { Bytes } from './framing/bytes.ts';
export { INCOMPLETE, type Codec, type Decoder } from './framing/codec.ts';
export { delimited } from './framing/delimited.ts';
export { jsonLines, type JsonLinesOptions } from './framing/json-lines.ts';
export type { LengthPrefixedOptions } from './framing/length-field.ts';
export { lengthPrefixed } from './framing/length-prefixed.ts';
export { lines, type LinesOptions } from './framing/lines.ts';
export type { FrameLimit } from './framing/max-frame-length.ts';
export { measured, type Measure, type MeasuredOptions } from './framing/measured.ts';
export { serialized, type Serializer } from './framing/serialized.ts';
export { varintPrefixed } from './framing/varint-prefixed.ts';

// Operators
export { backoff, type BackoffDelay, type BackoffOptions } from './operators/backoff.ts';
export { boundedMergeMap } from './operators/bounded-merge-map.ts';
export { firstByteTimeout } from './operators/first-byte-timeout.ts';
export { framedConnection, type FramedOptions } from './operators/framed-connection.ts';
export { framed } from './operators/framed.ts';
export { holdWhile, type Holdable } from './operators/hold-while.ts';
export { idleTimeout, type Watchable } from './operators/idle-timeout.ts';
export { maxLifetime, type MaxLifetimeOptions } from './operators/max-lifetime.ts';
export { serve, type ServeOptions, type ServeOutcome } from './operators/serve.ts';
export { wiretap } from './operators/wiretap/wiretap.ts';
export type { WiretapOptions } from './operators/wiretap/wiretap-options.ts';

// Adapters
export { fromDuplex, type FromDuplexOptions } from './adapters/from-duplex.ts';
export { toDuplex } from './adapters/to-duplex.ts';
export { toWeb, type WebStreams } from './adapters/to-web.ts';
