import type { Encode } from './byte-sink.ts';

/**
 * What a decoder says when the rest of a message has not come yet. A symbol and not `undefined`, because that is a message
 * in some formats. A registered one, so that a decoder made with one copy of this module (ESM beside CJS) is understood by another.
 *
 * @example
 * ```ts
 * import { INCOMPLETE, lines } from 'rxjs-net';
 *
 * const decoder = lines().decoder();
 * decoder.push(Buffer.from('hello\nwor'));
 * console.log(decoder.next()); // hello
 * console.log(decoder.next() === INCOMPLETE); // true
 * ```
 * @public
 */
export const INCOMPLETE: unique symbol = Symbol.for('rxjs-net.INCOMPLETE');

/**
 * How messages are made of bytes, and bytes of messages. Pure: it knows neither sockets nor time.
 *
 * ```text
 * bytes       ab\nc-----d\n|
 * lines()     (ab)------(cd)|
 * ```
 *
 * {@link measured} makes one of a function, if the first bytes of a message say how long it is.
 *
 * @typeParam In - what is decoded
 * @typeParam Out - what can be encoded
 * @example
 * ```ts
 * import { INCOMPLETE, TransportError, type Codec } from 'rxjs-net';
 *
 * // Numbers of four bytes each.
 * const numbers: Codec<number> = {
 *   decoder: () => {
 *     let bytes: Buffer = Buffer.alloc(0);
 *     const take = (length: number): Buffer => {
 *       const taken = bytes.subarray(0, length);
 *       bytes = bytes.subarray(length);
 *       return taken;
 *     };
 *     return {
 *       push: (chunk) => {
 *         bytes = Buffer.concat([bytes, chunk]);
 *       },
 *       next: () => (bytes.length < 4 ? INCOMPLETE : take(4).readUInt32BE()),
 *       end: () => {
 *         if (bytes.length === 0) return INCOMPLETE;
 *         throw new TransportError('ERR_FRAME_TRUNCATED', { phase: 'read' });
 *       },
 *       get begun() {
 *         return bytes.length > 0;
 *       },
 *       rest: () => take(bytes.length),
 *     };
 *   },
 *   encode: (number, sink) => {
 *     sink.uint(number, 4, 'big');
 *   },
 * };
 *
 * const decoder = numbers.decoder();
 * decoder.push(Buffer.of(0, 0, 0, 42, 0));
 * console.log(decoder.next()); // 42
 * console.log(decoder.next() === INCOMPLETE); // true
 * ```
 * @public
 */
export interface Codec<In, Out = In> {
  /** A decoder for one connection. It keeps what has come of a message that is not complete. */
  decoder(): Decoder<In>;
  /** Writes one message. Nothing is sent of one for which it throws. */
  readonly encode: Encode<Out>;
}

/**
 * Turns chunks of bytes, however they were cut, into messages.
 *
 * ```text
 * push(chunk)   next() next() … INCOMPLETE    push(chunk)   next() … INCOMPLETE    end() … INCOMPLETE
 * ```
 *
 * It is pulled, so that whoever reads can stop after any message. Every method but `rest` throws a TransportError for what
 * is no message; it is not used any more after that.
 *
 * @public
 */
export interface Decoder<In> {
  /** The next bytes of the stream. Called only when `next` has said INCOMPLETE. What is decoded may be views of them. */
  push(chunk: Buffer): void;
  /** The next message of what was pushed. */
  next(): In | typeof INCOMPLETE;
  /** The stream has ended: what is left counts as a last message, or is none (`ERR_FRAME_TRUNCATED`). */
  end(): In | typeof INCOMPLETE;
  /** Whether the beginning of a message has come and its end has not, once `next` has said INCOMPLETE. */
  readonly begun: boolean;
  /** All bytes that were pushed and are in no message yet, as they came. The decoder begins anew after that. */
  rest(): Buffer;
}
