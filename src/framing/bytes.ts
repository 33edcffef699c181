import type { ByteSink } from './byte-sink.ts';
import { invalidValue } from './framing-errors.ts';
import { view } from './view.ts';

/**
 * What can be written: bytes, or text that is sent as UTF-8.
 *
 * @public
 */
export type Bytes = Uint8Array | string;

/**
 * Writes bytes as they are and text as UTF-8: what a connection does without a codec.
 *
 * ```text
 * 'é'                      c3 a9
 * Uint8Array.of(0, 255)    00 ff
 * ```
 *
 * ```ts
 * encodeBytes('hello\n', sink);
 * ```
 *
 * @throws TransportError `ERR_INVALID_VALUE` for anything else
 */
export function encodeBytes(message: Bytes, sink: ByteSink): void {
  if (typeof message === 'string') sink.text(message);
  else if (isUint8Array(message)) sink.bytes(message);
  else throw invalidValue(message);
}

/** How many bytes it is on the wire. Throws `ERR_INVALID_VALUE`. */
export function byteLength(message: Bytes): number {
  if (typeof message === 'string') return Buffer.byteLength(message);
  if (isUint8Array(message)) return message.length;
  throw invalidValue(message);
}

/** The bytes on the wire, where the text of a message is not enough. Throws `ERR_INVALID_VALUE`. */
export function toBuffer(message: Bytes): Buffer {
  if (typeof message === 'string') return Buffer.from(message);
  if (Buffer.isBuffer(message)) return message;
  if (isUint8Array(message)) return view(message.buffer, message.byteOffset, message.length);
  throw invalidValue(message);
}

/** By its tag as well: an array of another realm (a vm context, a test environment) is no instance of ours. */
export function isUint8Array(value: unknown): value is Uint8Array {
  if (!ArrayBuffer.isView(value)) return false;
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]';
}
