import type { SchedulerLike } from 'rxjs';
import { channelOf } from '../connection/byte-channel.ts';
import { ConnectionView } from '../connection/connection-view.ts';
import type { Connection } from '../connection/connection.ts';
import { FramedInbound, type FrameSettings } from '../connection/framed-inbound.ts';
import { plainWriting } from '../connection/plain-writing.ts';
import { millisecondsOption } from '../errors/option-range.ts';
import type { Bytes } from '../framing/bytes.ts';
import type { Encode } from '../framing/byte-sink.ts';
import type { Codec } from '../framing/codec.ts';

/**
 * How {@link framed} and {@link framedConnection} treat a connection.
 *
 * @public
 */
export interface FramedOptions {
  /**
   * Milliseconds in which a frame that was begun must be finished, or the connection fails with `ERR_FRAME_TIMEOUT`: who
   * sends one byte a minute is not waited for. It does not run while reading is held. Default 60000; `Infinity` for no
   * limit.
   */
  readonly frameTimeout?: number | undefined;
  /**
   * The clock of `frameTimeout`. Default: the `scheduler` of the connection; for one that is a plain object, `asyncScheduler`.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

// Longer than a person takes to type a line, and enough for 4 MiB at 600 kbit/s.
const FRAME_TIMEOUT = 60_000;

/**
 * Makes a connection of messages out of one of bytes: {@link framed} for a single connection.
 *
 * ```text
 * connection.received                             ab\n--c----d\n--|
 * framedConnection(connection, lines()).received  (ab)--------(cd)--|
 * ```
 *
 * The two share one stream: what is written to either goes out in the order of the calls, and a reader of one goes on
 * where a reader of the other left. So read a handshake as lines, and frame the same connection anew for the rest.
 *
 * Errors: those of {@link framed}.
 *
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { framedConnection, jsonLines, openConnection } from 'rxjs-net';
 *
 * await using connection = await openConnection('127.0.0.1:7000');
 * const messages = framedConnection(connection, jsonLines());
 * messages.write({ hello: 'there' });
 * messages.end();
 * for await (const message of messages) {
 *   console.log(message); // { hello: 'there' }
 * }
 * ```
 * @public
 */
export function framedConnection<In, Out>(
  connection: Connection<Buffer, Bytes>,
  codec: Codec<In, Out>,
  options: FramedOptions = {},
): Connection<In, Out> {
  return framer(codec, options)(connection);
}

/** What makes many connections of messages with one codec. */
export function framer<In, Out>(
  codec: Codec<In, Out>,
  options: FramedOptions,
): (connection: Connection<Buffer, Bytes>) => Connection<In, Out> {
  const settings = {
    frameTimeout: millisecondsOption('frameTimeout', options.frameTimeout, FRAME_TIMEOUT),
    scheduler: options.scheduler,
  };
  const encode: Encode<Out> = (message, sink) => {
    codec.encode(message, sink);
  };
  return (connection) => new FramedConnection(connection, codec, encode, settings);
}

class FramedConnection<In, Out> extends ConnectionView<In, Out> {
  readonly #inbound: FramedInbound<In>;

  constructor(
    connection: Connection<Buffer, Bytes>,
    codec: Codec<In, Out>,
    encode: Encode<Out>,
    settings: FrameSettings,
  ) {
    const channel = channelOf(connection);
    const inbound = new FramedInbound(connection, channel, codec, settings);
    super(connection, inbound, channel?.writing(encode) ?? plainWriting(connection, encode));
    this.#inbound = inbound;
  }

  override abort(reason?: unknown): void {
    this.#inbound.drop();
    super.abort(reason);
  }
}
