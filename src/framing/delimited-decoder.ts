import { INCOMPLETE, type Decoder } from './codec.ts';
import { frameTooLong, frameTruncated } from './framing-errors.ts';
import { GrowingBytes } from './growing-bytes.ts';
import type { Separator } from './separator.ts';
import { NOTHING, view } from './view.ts';

/**
 * Looks for the separator, each byte once, wherever the chunks are cut.
 *
 * ```text
 * separator --      a b - │ - c - - │ d
 *                   └ tail, of which one byte is matched
 * ```
 */
export class DelimitedDecoder implements Decoder<Buffer> {
  readonly #separator: Separator;
  readonly #limit: number;
  #chunk: Buffer = NOTHING;
  // Of the chunk, because Node takes as long to say its memory as to make a view of it.
  #memory: ArrayBufferLike = NOTHING.buffer;
  #at = 0;
  // The beginning of a frame whose end is in a later chunk, and how much of the separator its last bytes are.
  readonly #tail = new GrowingBytes('read');
  #matched = 0;

  constructor(separator: Separator, limit: number) {
    this.#separator = separator;
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#memory = chunk.buffer;
    this.#at = 0;
  }

  next(): Buffer | typeof INCOMPLETE {
    const at = this.#at;
    const end = this.#separatorEnd();
    if (end < 0) return this.#keep();
    const chunk = this.#chunk;
    const before = this.#tail.length;
    const length = before + end - at - this.#separator.length;
    if (length > this.#limit) throw frameTooLong('read', length, this.#limit);
    if (before > 0 && length > before) this.#tail.add(chunk, at, at + length - before);
    this.#at = end;
    this.#matched = 0;
    return before > 0 ? this.#tail.take(0, length) : view(this.#memory, chunk.byteOffset + at, length);
  }

  end(): Buffer | typeof INCOMPLETE {
    if (this.begun) throw frameTruncated(this.#tail.length);
    return INCOMPLETE;
  }

  get begun(): boolean {
    return this.#tail.length > 0;
  }

  rest(): Buffer {
    const tail = this.#tail.take();
    const unread = this.#chunk.subarray(this.#at);
    this.#matched = 0;
    this.push(NOTHING);
    return tail.length === 0 ? unread : Buffer.concat([tail, unread]);
  }

  /** Where in the chunk the next message begins, or -1. */
  #separatorEnd(): number {
    const separator = this.#separator;
    const chunk = this.#chunk;
    const start = this.#at;
    let matched = this.#matched;
    // As long as what is matched has begun in the tail.
    for (let at = start; matched > at - start; at += 1) {
      if (at === chunk.length) return -1;
      matched = separator.advance(matched, chunk[at]);
      if (matched === separator.length) return at + 1;
    }
    const found = separator.indexIn(chunk, start);
    return found < 0 ? -1 : found + separator.length;
  }

  /** The chunk has no separator any more. */
  #keep(): typeof INCOMPLETE {
    const chunk = this.#chunk;
    const came = this.#tail.length + chunk.length - this.#at;
    const matched = this.#separator.matchedAfter(this.#matched, chunk, this.#at);
    // What is matched may turn out to be the separator; what came before it belongs to the message.
    if (came - matched > this.#limit) throw frameTooLong('read', `at least ${came - matched}`, this.#limit);
    this.#tail.add(chunk, this.#at, chunk.length);
    this.#matched = matched;
    this.push(NOTHING);
    return INCOMPLETE;
  }
}
