import { INCOMPLETE, type Decoder } from './codec.ts';
import { frameTooLarge, frameTooLong, frameTruncated } from './framing-errors.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { CR, LF, LineBatch, withoutCr } from './line-batch.ts';
import { decodeText, type LineEncoding } from './line-encoding.ts';
import { NOTHING } from './view.ts';

// So many bytes become text at once. More is hardly faster, but V8 gets slow from the first character on that is not ASCII,
// and whoever keeps one line keeps the text that it was cut from.
const BATCH = 4096;

/**
 * The byte 0x0a is a line feed wherever it stands, never a part of a character. So whole lines become text many at a time,
 * and are cut from that; what has no end yet stays bytes.
 *
 * ```text
 * chunk    … d \n a b \n c d e \n f   │ g \n
 *              └ batch: one text ┘  └ tail: bytes
 * ```
 */
export class LineDecoder implements Decoder<string> {
  readonly #encoding: LineEncoding;
  readonly #limit: number;
  readonly #unterminated: 'error' | 'deliver';
  #chunk: Buffer = NOTHING;
  #at = 0;
  #batch: LineBatch | undefined;
  // The beginning of a line whose end is in a later chunk.
  readonly #tail = new GrowingBytes('read');

  constructor(encoding: LineEncoding, limit: number, unterminated: 'error' | 'deliver') {
    this.#encoding = encoding;
    this.#limit = limit;
    this.#unterminated = unterminated;
  }

  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  next(): string | typeof INCOMPLETE {
    const line = this.#batch?.next();
    if (line !== undefined) return line;
    const to = this.#batchEnd();
    if (to < 0) return this.#keep();
    const bytes = this.#tail.length > 0 ? this.#completeTail(to) : this.#chunk.subarray(this.#at, to);
    this.#at = to;
    this.#batch = new LineBatch(bytes, this.#decode(bytes), this.#limit);
    return this.next();
  }

  end(): string | typeof INCOMPLETE {
    const { memory, length } = this.#tail;
    if (length === 0) return INCOMPLETE;
    if (this.#unterminated === 'error') throw frameTruncated(length);
    return this.#decode(this.#tail.take(0, withoutCr(memory, length)));
  }

  get begun(): boolean {
    return this.#tail.length > 0;
  }

  rest(): Buffer {
    const lines = this.#batch?.rest() ?? NOTHING;
    const rest = Buffer.concat([lines, this.#tail.take(), this.#chunk.subarray(this.#at)]);
    this.#batch = undefined;
    this.push(NOTHING);
    return rest;
  }

  /** Behind the last line feed of a batch; behind the next one, where that ends the tail or a long line; or -1. */
  #batchEnd(): number {
    const chunk = this.#chunk;
    const at = this.#at;
    if (this.#tail.length === 0) {
      const last = chunk.lastIndexOf(LF, at + BATCH - 1);
      if (last >= at) return last + 1;
    }
    const next = chunk.indexOf(LF, at);
    if (next >= 0) this.#requireRoom(next);
    return next < 0 ? -1 : next + 1;
  }

  #completeTail(to: number): Buffer {
    this.#tail.add(this.#chunk, this.#at, to);
    return this.#tail.take();
  }

  /** The chunk has no line feed any more. */
  #keep(): typeof INCOMPLETE {
    const { length } = this.#chunk;
    if (length > this.#at) {
      this.#requireRoom(length);
      this.#tail.add(this.#chunk, this.#at, length);
    }
    this.#batch = undefined;
    this.push(NOTHING);
    return INCOMPLETE;
  }

  /** Throws if one line cannot go on so far. A carriage return there may be part of its end. */
  #requireRoom(to: number): void {
    const { memory, length } = this.#tail;
    const last = to > this.#at ? this.#chunk[to - 1] : memory[length - 1];
    const came = length + to - this.#at - (last === CR ? 1 : 0);
    if (came > this.#limit) throw frameTooLong('read', `at least ${came}`, this.#limit);
  }

  #decode(bytes: Buffer): string {
    try {
      return decodeText(bytes, this.#encoding);
    } catch (error) {
      // Half a gigabyte, which only a limit as high as that lets come together.
      throw frameTooLarge('read', bytes.length, error);
    }
  }
}
