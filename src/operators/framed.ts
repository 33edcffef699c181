import { map, type OperatorFunction } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { Bytes } from '../framing/bytes.ts';
import type { Codec } from '../framing/codec.ts';
import { framer, type FramedOptions } from './framed-connection.ts';

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
 * @example
 * ```ts
 * import { framed, jsonLines, listen, serve } from 'rxjs-net';
 * import { map } from 'rxjs';
 *
 * listen('127.0.0.1:7000')
 *   .pipe(
 *     framed(jsonLines<string, { length: number }>()),
 *     serve((connection) => connection.received.pipe(map(({ length }) => ({ length })))),
 *   )
 *   .subscribe();
 * ```
 * @public
 */
export function framed<In, Out>(
  codec: Codec<In, Out>,
  options: FramedOptions = {},
): OperatorFunction<Connection<Buffer, Bytes>, Connection<In, Out>> {
  return map(framer(codec, options));
}
