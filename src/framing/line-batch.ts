import { frameTooLong } from './framing-errors.ts';

export const LF = 10;
export const CR = 13;
// The most bytes that one UTF-16 unit comes from; U+FFFD stands for one to three.
const UTF8_BYTES = 3;

/**
 * Whole lines that became text at once, and the bytes that they were.
 *
 * ```text
 * bytes    61 62 0a c3 a9 0d 0a 64 0a       two are delivered: what is left begins behind the second 0a,
 * text     a  b  \n é     \r \n d  \n       wherever that is in the text
 * ```
 *
 * Text that is not ASCII, or was no UTF-8, does not say how many bytes a line has been. Then the line is looked for in the
 * bytes, by its number; no byte is looked at twice for that.
 */
export class LineBatch {
  readonly #bytes: Buffer;
  readonly #text: string;
  readonly #limit: number;
  // A line of so many UTF-16 units has no more bytes than the limit.
  readonly #surely: number;
  #at = 0;
  #delivered = 0;
  // A line whose place in the bytes is known, and the place.
  #located = 0;
  #locatedAt = 0;

  /** The limit is in bytes. */
  constructor(bytes: Buffer, text: string, limit: number) {
    this.#bytes = bytes;
    this.#text = text;
    this.#limit = limit;
    this.#surely = text.length === bytes.length ? limit : Math.floor(limit / UTF8_BYTES);
  }

  /** The next line without its end, or `undefined` after the last. Throws `ERR_FRAME_TOO_LONG`. */
  next(): string | undefined {
    const text = this.#text;
    const from = this.#at;
    const lineFeed = text.indexOf('\n', from);
    if (lineFeed < 0) return undefined;
    // Before an empty line there is a line feed, or nothing.
    const to = text.charCodeAt(lineFeed - 1) === CR ? lineFeed - 1 : lineFeed;
    if (to - from > this.#surely) this.#requireFits();
    this.#at = lineFeed + 1;
    this.#delivered += 1;
    return text.slice(from, to);
  }

  /** The bytes of the lines that were not delivered. */
  rest(): Buffer {
    return this.#bytes.subarray(this.#locate());
  }

  #requireFits(): void {
    const from = this.#locate();
    const length = withoutCr(this.#bytes, this.#bytes.indexOf(LF, from)) - from;
    if (length > this.#limit) throw frameTooLong('read', length, this.#limit);
  }

  /** Where in the bytes the next line begins. */
  #locate(): number {
    for (; this.#located < this.#delivered; this.#located += 1) {
      this.#locatedAt = this.#bytes.indexOf(LF, this.#locatedAt) + 1;
    }
    return this.#locatedAt;
  }
}

/** Where a line ends that goes up to a line feed, or the end of the stream: a carriage return there is not part of it. */
export function withoutCr(bytes: Buffer, to: number): number {
  return bytes[to - 1] === CR ? to - 1 : to;
}
