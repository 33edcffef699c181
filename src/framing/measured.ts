import { quantityOption } from '../errors/option-range.ts';
import { TransportError } from '../errors/transport-error.ts';
import { byteLength, encodeBytes, type Bytes } from './bytes.ts';
import type { Codec } from './codec.ts';
import { frameTooLong, headTooLong, invalidFrame } from './framing-errors.ts';
import { maxFrameLengthOption, type FrameLimit } from './max-frame-length.ts';
import { PrefixedDecoder } from './prefixed-decoder.ts';

// Room for the few lines that some protocols have in front.
const MAX_HEAD_LENGTH = 1024;

/**
 * How much {@link measured} takes.
 *
 * @public
 */
export interface MeasuredOptions extends FrameLimit {
  /**
   * The most bytes that `measure` is shown. A message that has not said its length by then is `ERR_FRAME_TOO_LONG`. Default 1024.
   */
  readonly maxHeadLength?: number | undefined;
}

/**
 * How long the message is in all that begins with these bytes, in bytes and with its head; `undefined` when they are too few to say.
 *
 * Pure: it is asked again when more has come. The bytes of a message must be enough to say where
 * it ends, without those behind it. What it is shown may go on there, and is not its own to keep.
 *
 * @public
 */
export type Measure = (bytes: Buffer) => number | undefined;

/**
 * Messages that say how long they are, wherever and however they say it: the framing of your own protocol.
 *
 * ```text
 * bytes                   5:hel-----lo,1:x,|
 * measured(netstring)     ---------a-----b-|     a is '5:hello,', b is '1:x,'
 * ```
 *
 * A message is delivered whole, head and all, as a view of the chunk that it came in, or gathered in memory of its own; it is written as it
 * is. {@link serialized} around it makes values of them. For a length in a fixed place, {@link lengthPrefixed} is faster.
 *
 * Raises `ERR_FRAME_TOO_LONG` for a message over `maxFrameLength`, or a head over `maxHeadLength`; `ERR_INVALID_FRAME` when `measure` throws,
 * which is the cause, or what it says is no length; `ERR_FRAME_TRUNCATED` at the end of a stream within a message; `ERR_INVALID_VALUE` for
 * what is written and are no bytes. A TransportError that `measure` throws is passed on as it is.
 *
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { measured, serialized } from 'rxjs-net';
 *
 * const netstrings = serialized(
 *   measured(
 *     (bytes) => {
 *       const head = /^(\d{1,9})(:?)/.exec(bytes.toString('latin1', 0, 10));
 *       if (head === null) throw new Error('a length is missing');
 *       const [{ length }, digits, colon] = head;
 *       return colon === '' ? undefined : length + Number(digits) + 1;
 *     },
 *     { maxHeadLength: 10 },
 *   ),
 *   {
 *     encode: (text: string) => `${Buffer.byteLength(text)}:${text},`,
 *     decode: (frame) => {
 *       if (frame.at(-1) !== 0x2c) throw new Error('a comma is missing');
 *       return frame.toString('utf8', frame.indexOf(':') + 1, frame.length - 1);
 *     },
 *   },
 * );
 *
 * const decoder = netstrings.decoder();
 * decoder.push(Buffer.from('5:hello,6:wor'));
 * console.log(decoder.next()); // hello
 * ```
 * @see {@link https://cr.yp.to/proto/netstrings.txt | Netstrings}
 * @public
 */
export function measured(measure: Measure, options: MeasuredOptions = {}): Codec<Buffer, Bytes> {
  const limit = maxFrameLengthOption(options);
  const headLimit = quantityOption('maxHeadLength', options.maxHeadLength, MAX_HEAD_LENGTH, 1);
  return {
    decoder: () => new MeasuredDecoder(measure, limit, headLimit),
    encode: (message, sink) => {
      const length = byteLength(message);
      if (length > limit) throw frameTooLong('write', length, limit);
      encodeBytes(message, sink);
    },
  };
}

class MeasuredDecoder extends PrefixedDecoder {
  readonly #measure: Measure;
  readonly #limit: number;
  readonly #headLimit: number;
  // So many bytes of the message were too few.
  #tooFew = 0;

  constructor(measure: Measure, limit: number, headLimit: number) {
    super();
    this.#measure = measure;
    this.#limit = limit;
    this.#headLimit = headLimit;
    this.step = headLimit;
  }

  override rest(): Buffer {
    this.#tooFew = 0;
    return super.rest();
  }

  protected override measure(bytes: Buffer, at: number, end: number): number {
    const came = end - at;
    if (came === 0) return 0;
    // Never more, so that the limit is the same however a stream is cut.
    const length = measureOf(this.#measure, bytes.subarray(at, Math.min(end, at + this.#headLimit)));
    if (length === undefined) {
      // It has more bytes than these, or they would be enough.
      if (came >= this.#limit) throw frameTooLong('read', `more than ${this.#limit}`, this.#limit);
      if (came >= this.#headLimit) throw headTooLong(this.#headLimit);
      this.#tooFew = came;
      return 0;
    }
    this.#check(length);
    this.#tooFew = 0;
    return length;
  }

  #check(length: number): void {
    if (!(Number.isSafeInteger(length) && length > 0))
      throw invalidFrame(`measure says ${length}, which is no length`);
    if (length > this.#limit) throw frameTooLong('read', length, this.#limit);
    if (length <= this.#tooFew)
      throw invalidFrame(`measure says ${length}, and did not when it was shown ${this.#tooFew} bytes`);
  }
}

function measureOf(measure: Measure, bytes: Buffer): number | undefined {
  try {
    return measure(bytes);
  } catch (error) {
    throw TransportError.is(error) ? error : invalidFrame('measure threw', error);
  }
}
