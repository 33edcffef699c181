import { channel } from 'node:diagnostics_channel';
import type {
  ConnectionClosed,
  ConnectionOpened,
  DiagnosticsChannel,
} from '../connection/connection-channels.ts';
import type { Connection } from '../connection/connection.ts';
import type { ConnectionRole } from '../connection/half-close.ts';
import type { TlsSession } from '../connection/tls-session.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Refusal, Server, ShutdownSummary } from './server.ts';

/**
 * One attempt to connect; one and the same object at its start and at its end.
 *
 * @public
 */
export interface ConnectAttempt {
  /** What is dialled. */
  readonly endpoint: Endpoint;
}

/**
 * What `rxjs-net:connect:end` tells: the connection, or why there is none, or neither, when nobody waited for it any more.
 *
 * @public
 */
export interface ConnectEnded {
  /** What `rxjs-net:connect:start` has told. */
  readonly attempt: ConnectAttempt;
  /** What was dialled, if it was. */
  readonly connection?: Connection | undefined;
  /** Why there is no connection. */
  readonly error?: unknown;
}

/**
 * One handshake of TLS; one and the same object at its start and at its end.
 *
 * @public
 */
export interface TlsHandshake {
  /** The server, as it is named here: what was dialled, or what has accepted. */
  readonly endpoint: Endpoint;
  /** Who has dialled. */
  readonly role: ConnectionRole;
}

/**
 * What `rxjs-net:handshake:end` tells: what was agreed on, or why nothing was, or neither, when nobody waited for it any more.
 *
 * @public
 */
export interface HandshakeEnded {
  /** What `rxjs-net:handshake:start` has told. */
  readonly handshake: TlsHandshake;
  /** What was agreed on. */
  readonly tls?: TlsSession | undefined;
  /** Why nothing was. */
  readonly error?: unknown;
}

/**
 * What the channels of a server tell.
 *
 * @public
 */
export interface ServerMessage {
  /** The server that it is about. */
  readonly server: Server;
}

/**
 * What `rxjs-net:server:refuse` tells.
 *
 * @public
 */
export interface ServerRefused extends ServerMessage {
  /** Who was not let in, and why. */
  readonly refusal: Refusal;
}

/**
 * What `rxjs-net:server:close` tells.
 *
 * @public
 */
export interface ServerClosed extends ServerMessage {
  /** What its `closed` emits. */
  readonly summary: ShutdownSummary;
}

/**
 * The channels of `node:diagnostics_channel` that this library publishes to, and what each of them tells.
 *
 * Messages are told synchronously, and not to be changed. Without a subscriber none is made. {@link fromDiagnostics} gives them as an
 * Observable, with their types.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 * import { openConnection, type DiagnosticsMessages } from 'rxjs-net';
 *
 * subscribe('rxjs-net:connection:close', (message) => {
 *   const { summary } = message as DiagnosticsMessages['rxjs-net:connection:close'];
 *   console.log(summary.bytesWritten, summary.error?.code); // 6 undefined
 * });
 *
 * const connection = await openConnection('127.0.0.1:7000');
 * connection.write('hello\n');
 * await connection.close();
 * ```
 * @see The Node manual on `diagnostics_channel`
 * @public
 */
export interface DiagnosticsMessages {
  /** A dial begins: resolving, connecting, and the handshake of TLS. */
  readonly 'rxjs-net:connect:start': ConnectAttempt;
  /** A dial is over. */
  readonly 'rxjs-net:connect:end': ConnectEnded;
  /** A handshake of TLS begins, on a connection that was dialled or that is being accepted. */
  readonly 'rxjs-net:handshake:start': TlsHandshake;
  /** A handshake of TLS is over. */
  readonly 'rxjs-net:handshake:end': HandshakeEnded;
  /** A connection is there. */
  readonly 'rxjs-net:connection:open': ConnectionOpened;
  /** A connection is released; `summary.error` tells why it was lost, if it was. */
  readonly 'rxjs-net:connection:close': ConnectionClosed;
  /** A server is bound. */
  readonly 'rxjs-net:server:listen': ServerMessage;
  /** A server has not let somebody in. */
  readonly 'rxjs-net:server:refuse': ServerRefused;
  /** A server drains: `until` has emitted. */
  readonly 'rxjs-net:server:drain': ServerMessage;
  /** A server and all of its connections are released. */
  readonly 'rxjs-net:server:close': ServerClosed;
}

type Messages<Name extends keyof DiagnosticsMessages> = DiagnosticsChannel<DiagnosticsMessages[Name]>;

export const connectStarted: Messages<'rxjs-net:connect:start'> = channel('rxjs-net:connect:start');
export const connectEnded: Messages<'rxjs-net:connect:end'> = channel('rxjs-net:connect:end');
export const handshakeStarted: Messages<'rxjs-net:handshake:start'> = channel('rxjs-net:handshake:start');
export const handshakeEnded: Messages<'rxjs-net:handshake:end'> = channel('rxjs-net:handshake:end');
export const serverListening: Messages<'rxjs-net:server:listen'> = channel('rxjs-net:server:listen');
export const serverRefused: Messages<'rxjs-net:server:refuse'> = channel('rxjs-net:server:refuse');
export const serverDraining: Messages<'rxjs-net:server:drain'> = channel('rxjs-net:server:drain');
export const serverClosed: Messages<'rxjs-net:server:close'> = channel('rxjs-net:server:close');
