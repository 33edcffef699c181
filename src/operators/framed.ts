import { asyncScheduler, map, type OperatorFunction, type SchedulerLike } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import { FramedConnection } from '../connection/framed-connection.ts';
import { millisecondsOption } from '../errors/option-range.ts';
import type { Bytes } from '../framing/bytes.ts';
import type { Encode } from '../framing/byte-sink.ts';
import type { Codec } from '../framing/codec.ts';

/**
 * How {@link framed} treats its connections.
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
  /** The clock of `frameTimeout`. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

// Longer than a person takes to type a line, and enough for 4 MiB at 600 kbit/s.
const FRAME_TIMEOUT = 60_000;

/**
 * Makes connections of messages out of connections of bytes.
 *
 * ```text
 * received                  ab\n--c----d\n--|
 * framed(lines()).received  (ab)--------(cd)--|
 *
 * write('xy')               -> xy\n, gathered with what else is written in this tick
 * ```
 *
 * ```ts
 * listen('127.0.0.1:7000').pipe(
 *   framed(jsonLines<Request, Response>()),
 *   serve((connection) => boundedMergeMap(connection, handle, 16)),
 * ).subscribe();
 * ```
 *
 * Everything else is as with the connection of bytes: flow control, half-close, ownership, `closed`, `traffic` (in bytes).
 * Unsubscribing from `received` pauses after a message; the next reader goes on with the next, and a reader of the
 * connection of bytes with the bytes after it: read a handshake in one framing, and the rest in another.
 *
 * Errors of `received`, and of the connection's summary: `ERR_FRAME_TOO_LONG`, `ERR_FRAME_TRUNCATED`, `ERR_FRAME_TIMEOUT`,
 * `ERR_INVALID_FRAME`, `ERR_INVALID_MESSAGE`. The connection stays open for as long as a `send` is active, so that the
 * peer can be told, and is closed then. `write` throws, and `send` errors with, what the codec says of a message that it
 * cannot encode; nothing of such a message is sent.
 *
 * @throws TransportError `ERR_INVALID_OPTION`
 * @public
 */
export function framed<In, Out>(
  codec: Codec<In, Out>,
  options: FramedOptions = {},
): OperatorFunction<Connection<Buffer, Bytes>, Connection<In, Out>> {
  const settings = {
    frameTimeout: millisecondsOption('frameTimeout', options.frameTimeout, FRAME_TIMEOUT),
    scheduler: options.scheduler ?? asyncScheduler,
  };
  // One for all connections.
  const encode: Encode<Out> = (message, sink) => {
    codec.encode(message, sink);
  };
  return map((connection) => new FramedConnection(connection, codec, encode, settings));
}
