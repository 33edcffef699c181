import type { ByteSink } from './byte-sink.ts';
import { byteLength, encodeBytes, toBuffer, type Bytes } from './bytes.ts';
import type { Codec } from './codec.ts';
import { frameTooLong, invalidMessage } from './framing-errors.ts';
import { lengthFieldOf, type LengthField, type LengthPrefixedOptions } from './length-field.ts';
import { LengthPrefixedDecoder } from './length-prefixed-decoder.ts';
import { readUint } from './uint.ts';

/**
 * Messages with their length before them.
 *
 * ```text
 * lengthPrefixed()                        00 00 00 02 'h' 'i'            'hi'
 *
 * lengthPrefixed({                        ┌ offset ┐┌ bytes ┐
 *   bytes: 2, offset: 1,                   07        00 05    'h' 'i'    all five bytes, which is what is written, too
 *   includesPrefix: true,                            └ counts all of them: offset, itself and what follows
 * })
 *
 * whole frame = offset + bytes + length + adjustment
 * ```
 *
 * A message is a view of the chunk that it came in, and keeps all of that alive: copy it, `Buffer.from(message)`, if it
 * stays for long. One that came in several chunks has memory of its own.
 *
 * Raises `ERR_FRAME_TOO_LONG` for a message over `maxFrameLength`, or one too long for the length field (256 bytes where
 * that has one byte); `ERR_INVALID_FRAME` for a length that is less than nothing or above `Number.MAX_SAFE_INTEGER`;
 * `ERR_FRAME_TRUNCATED` at the end of a stream within a frame; `ERR_INVALID_MESSAGE` for what is written and is no whole
 * frame where `header` is `'keep'`, or shorter than the adjustment; `ERR_INVALID_VALUE` for what are no bytes.
 *
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { lengthPrefixed } from 'rxjs-net';
 *
 * const decoder = lengthPrefixed({ bytes: 2 }).decoder();
 * decoder.push(Buffer.from('\0\x05hello\0\x05wor'));
 * console.log(String(decoder.next())); // hello
 *
 * const amqp = lengthPrefixed({ offset: 3, adjustment: 1 }); // type, channel, length, then payload and an end mark
 * const frames = amqp.decoder();
 * frames.push(Buffer.of(8, 0, 0, 0, 0, 0, 0, 0xce)); // a heartbeat
 * console.log(frames.next()); // <Buffer 08 00 00 00 00 00 00 ce>
 * ```
 * @see {@link https://docs.rs/tokio-util/latest/tokio_util/codec/length_delimited/ | length_delimited of tokio}: the same
 * frames, with `num_skip` of 0 or all of the head
 * @public
 */
export function lengthPrefixed(options: LengthPrefixedOptions = {}): Codec<Buffer, Bytes> {
  const field = lengthFieldOf(options);
  const encode = field.keep ? encodeFrame : encodePayload;
  return {
    decoder: () => new LengthPrefixedDecoder(field),
    encode: (message, sink) => {
      encode(field, message, sink);
    },
  };
}

function encodePayload(field: LengthField, message: Bytes, sink: ByteSink): void {
  const { bytes, endian, head, uncounted, limit, most } = field;
  const length = byteLength(message);
  if (length > limit) throw frameTooLong('write', length, limit);
  const counted = head + length - uncounted;
  if (counted < 0) throw invalidMessage('write', `the message has ${length} bytes, which cannot be said`);
  if (counted > most) throw frameTooLong('write', length, most + uncounted - head);
  sink.uint(counted, bytes, endian);
  encodeBytes(message, sink);
}

function encodeFrame(field: LengthField, message: Bytes, sink: ByteSink): void {
  const { bytes, endian, offset, head, uncounted, limit } = field;
  const frame = toBuffer(message);
  if (frame.length > limit) throw frameTooLong('write', frame.length, limit);
  if (frame.length < head) {
    throw invalidMessage('write', `the frame has ${frame.length} bytes, and its header alone has ${head}`);
  }
  const said = readUint(frame, offset, bytes, endian) + uncounted;
  if (said !== frame.length) {
    throw invalidMessage('write', `the frame has ${frame.length} bytes, and its length field says ${said}`);
  }
  sink.bytes(frame);
}
