import type { Observable, ObservableInput } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';
import type { Encode } from '../framing/byte-sink.ts';
import type { Bytes } from '../framing/bytes.ts';
import type { Connection } from './connection.ts';

/** The writing half of a connection, for one kind of values. */
export interface Writing<Out> {
  write(value: Out): boolean;
  send(values: ObservableInput<Out>): Observable<never>;
}

/** What our own connections can do for the layer that makes messages of their bytes. Not for users of a connection. */
export interface ByteConnection extends Connection<Buffer, Bytes> {
  /** The writing half for values that an encoder writes straight into the write buffer. */
  writing<Out>(encode: Encode<Out>): Writing<Out>;
  /** Keeps the end back while bytes that were received are not delivered; see `Inbound.retain`. */
  retain(rest: (() => Buffer) | undefined): void;
  /**
   * What the peer sends makes no sense: `received` errors, and the connection is closed with that error as soon as nobody
   * sends, so that an answer can still say what was wrong.
   */
  fail(error: TransportError): void;
}

export function isByteConnection(connection: Connection): connection is ByteConnection {
  return 'writing' in connection && 'retain' in connection && 'fail' in connection;
}
