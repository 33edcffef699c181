import type { Observable, ObservableInput } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';
import type { Encode } from '../framing/byte-sink.ts';

/** The writing half of a connection, for one kind of values. */
export interface Writing<Out> {
  write(value: Out): boolean;
  send(values: ObservableInput<Out>): Observable<never>;
}

/** What a connection of ours can do for the layer that makes messages of its bytes. Not for its users. */
export interface ByteChannel {
  /** The writing half for values that an encoder writes straight into the write buffer. */
  writing<Out>(encode: Encode<Out>): Writing<Out>;
  /** Puts bytes back, in front of what is received next. */
  unshift(bytes: Buffer): void;
  /** Says that messages of what was received are not delivered yet: the peer's end waits for them. */
  retain(retaining: boolean): void;
  /**
   * What the peer sends makes no sense: `received` errors, and the connection is closed with that error as soon as nobody
   * sends, so that an answer can still say what was wrong.
   */
  fail(error: TransportError): void;
}

/** Something that may have a {@link ByteChannel}. */
export interface Channelled {
  readonly byteChannel?: ByteChannel | undefined;
}

/** The channel of a connection of ours; undefined for one that is a plain object. */
export function channelOf(connection: object): ByteChannel | undefined {
  return (connection as Channelled).byteChannel;
}
