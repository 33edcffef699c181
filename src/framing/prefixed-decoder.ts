import { INCOMPLETE, type Decoder } from './codec.ts';
import { frameTruncated } from './framing-errors.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { NOTHING, view } from './view.ts';

/**
 * Frames that say at their beginning how long they are.
 *
 * ```text
 *  chunk      ┌ at
 *  … frame ───┼ head │ body ─────┬ head │ body ─┤
 *             └ a view of the chunk ┘└ gathered: its length is known, so in one piece of memory of that length
 * ```
 *
 * The head of a frame may be cut as well. Then it is gathered step by step until it says the length.
 */
export abstract class PrefixedDecoder implements Decoder<Buffer> {
  /** How many bytes at the beginning of the measured frame are not delivered. */
  protected skipped = 0;
  /** How many bytes a head that was cut is gathered by, until it says the length. What was too much of it is given back to the chunk. */
  protected step = 1;
  #chunk: Buffer = NOTHING;
  // Of the chunk, because Node takes as long to say its memory as to make a view of it.
  #memory: ArrayBufferLike = NOTHING.buffer;
  #offset = 0;
  #at = 0;
  #end = 0;
  readonly #gathered = new GrowingBytes('read');
  // How long the frame that is gathered will be, head and all; 0 as long as its head has not said so.
  #total = 0;

  /**
   * How long the frame that begins at `at` is in all, or 0 when its head goes on past `end`. Throws for what is no frame,
   * or one over the limit.
   */
  protected abstract measure(bytes: Buffer, at: number, end: number): number;

  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#memory = chunk.buffer;
    this.#offset = chunk.byteOffset;
    this.#at = 0;
    this.#end = chunk.length;
  }

  next(): Buffer | typeof INCOMPLETE {
    if (this.#gathered.length > 0) return this.#finish();
    const at = this.#at;
    const end = this.#end;
    const total = this.measure(this.#chunk, at, end);
    if (total === 0 || total > end - at) return this.#begin(total);
    this.#at = at + total;
    return view(this.#memory, this.#offset + at + this.skipped, total - this.skipped);
  }

  end(): Buffer | typeof INCOMPLETE {
    if (this.begun) throw frameTruncated(this.#gathered.length);
    return INCOMPLETE;
  }

  get begun(): boolean {
    return this.#gathered.length > 0;
  }

  rest(): Buffer {
    const gathered = this.#gathered.take();
    const unread = this.#chunk.subarray(this.#at);
    this.#release();
    return gathered.length === 0 ? unread : Buffer.concat([gathered, unread]);
  }

  #begin(total: number): typeof INCOMPLETE {
    this.#gathered.expect(total);
    this.#total = total;
    this.#gather(this.#end);
    return this.#release();
  }

  #finish(): Buffer | typeof INCOMPLETE {
    while (this.#total === 0) {
      if (this.#at === this.#end) return this.#release();
      this.#gather(Math.min(this.#end, this.#at + this.step));
      this.#total = this.measure(this.#gathered.memory, 0, this.#gathered.length);
      this.#gathered.expect(this.#total);
    }
    const surplus = Math.max(0, this.#gathered.length - this.#total);
    this.#gathered.length -= surplus;
    this.#at -= surplus;
    this.#gather(Math.min(this.#end, this.#at + this.#total - this.#gathered.length));
    if (this.#gathered.length < this.#total) return this.#release();
    return this.#gathered.take(this.skipped);
  }

  #gather(to: number): void {
    this.#gathered.add(this.#chunk, this.#at, to);
    this.#at = to;
  }

  /** A connection that waits for its peer should not hold on to what it has read last. */
  #release(): typeof INCOMPLETE {
    this.push(NOTHING);
    return INCOMPLETE;
  }
}
