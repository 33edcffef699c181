import { channel } from 'node:diagnostics_channel';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { CloseSummary, Connection, Traffic } from './connection.ts';
import type { ConnectionRole } from './half-close.ts';

/**
 * What has passed through a connection so far, and what waits.
 *
 * @public
 */
export interface ConnectionTotals extends Traffic {
  /** Bytes that were written and that the kernel has not taken yet: the level of the write buffer. */
  readonly bytesWaiting: number;
}

/**
 * What `rxjs-net:connection:open` tells, when a connection is there: accepted, dialled, or made of a stream.
 *
 * @public
 */
export interface ConnectionOpened {
  /** The connection; for looking at, because it has its reader and its writers. */
  readonly connection: Connection;
  /** Who has dialled. */
  readonly role: ConnectionRole;
  /** The server, as it is named here: what has accepted the connection, or what was dialled. */
  readonly endpoint: Endpoint;
  /** To be asked at any time, as long as the connection is kept: nothing is counted for it that is not counted anyway. */
  readonly totals: () => ConnectionTotals;
}

/**
 * What `rxjs-net:connection:close` tells, when everything of a connection is released.
 *
 * @public
 */
export interface ConnectionClosed extends Omit<ConnectionOpened, 'totals'> {
  /** What its `closed` emits. */
  readonly summary: CloseSummary;
}

/** A channel of `node:diagnostics_channel`, with what it tells. */
export interface DiagnosticsChannel<Message> {
  /** Ask it before the message is made. */
  readonly hasSubscribers: boolean;
  publish(message: Message): void;
}

// Looked up once, because to ask such a channel whether anybody listens costs a property, and to find it by its name a map.
export const connectionOpened: DiagnosticsChannel<ConnectionOpened> = channel('rxjs-net:connection:open');
export const connectionClosed: DiagnosticsChannel<ConnectionClosed> = channel('rxjs-net:connection:close');
