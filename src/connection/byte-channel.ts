import type { Observable, ObservableInput, SchedulerLike } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';
import type { Encode } from '../framing/byte-sink.ts';
import type { Reader } from './exclusive-reader.ts';

/** The writing half of a connection, for one kind of values. */
export interface Writing<Out> {
  write(value: Out): boolean;
  send(values: ObservableInput<Out>): Observable<never>;
}

/** What a connection of ours can do for the layer that makes messages of its bytes. Not for its users. */
export interface ByteChannel {
  /** The clock of the connection's time-outs. */
  readonly scheduler: SchedulerLike;
  /** The writing half for values that an encoder writes straight into the write buffer. */
  writing<Out>(encode: Encode<Out>): Writing<Out>;
  /** Puts bytes back, in front of what is received next. */
  unshift(bytes: Buffer): void;
  /** Whether the peer has sent its FIN, or was lost. Who sees the connection through other eyes may be told so before. */
  readonly ended: boolean;
  /** Says that messages are delivered now: whoever reads the bytes next may come from within. */
  delivering(isDelivering: boolean): void;
  /** Says that messages of what was received are not delivered yet: the peer's end waits for them. */
  retain(retaining: boolean): void;
  /**
   * What the peer sends makes no sense: `received` errors, and the connection is closed with that error as soon as nobody
   * sends, so that an answer can still say what was wrong.
   */
  fail(error: TransportError): void;
}

/** A connection whose bytes can be read without an Observable between, which would cost each of many connections memory. */
export interface ByteSource {
  /** What a subscriber of `received` does. */
  readBy(reader: Reader<Buffer>): void;
}

/** Something that may have a {@link ByteChannel}. */
export interface Channelled {
  readonly byteChannel?: ByteChannel | undefined;
}

/** The channel of a connection of ours; undefined for one that is a plain object. */
export function channelOf(connection: object): ByteChannel | undefined {
  return (connection as Channelled).byteChannel;
}

/** The same connection as a source of bytes, if it is one of ours and what it receives is not seen through other eyes. */
export function byteSourceOf(connection: object): ByteSource | undefined {
  return 'readBy' in connection ? (connection as ByteSource) : undefined;
}
