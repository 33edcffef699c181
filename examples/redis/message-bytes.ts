/**
 * The bytes of one message, wherever its chunks are cut. Items are decoded from `chunk`, one after the other; an item that is
 * not all there waits until it is, so that nothing is decoded twice.
 *
 * ```text
 * *2\r\n :1\r\n $5\r\nhe │ llo\r\n
 * └ start       └ at
 *   decoded       waiting: kept, and put in front of the next chunk
 * ```
 */
export class MessageBytes {
  chunk: Buffer = Buffer.alloc(0);
  /** Where in the chunk the next item begins. */
  at = 0;
  // Where in the chunk the message begins.
  #start = 0;
  // What is decoded of it and was in earlier chunks. Only `rest` wants it, which has to give all back as it came.
  #decoded: Buffer[] = [];
  #decodedLength = 0;
  // The beginning of an item, in memory for all of it where its length is known.
  #waiting = this.chunk;
  #waitingLength = 0;

  push(chunk: Buffer): void {
    const length = this.#waitingLength + chunk.length;
    this.#start = this.at = 0;
    if (this.#waitingLength === 0) {
      this.chunk = chunk;
    } else if (length < this.#waiting.length) {
      // Copied once each, so that an item of many chunks does not cost the square of them.
      chunk.copy(this.#waiting, this.#waitingLength);
      this.#waitingLength = length;
      this.chunk = chunk.subarray(chunk.length);
    } else {
      this.chunk = Buffer.concat([this.#waitingBytes, chunk]);
      this.#waitingLength = 0;
    }
  }

  /** Whether a message has begun, once the chunk is kept. */
  get begun(): boolean {
    return this.#decodedLength + this.#waitingLength > 0;
  }

  /** How long the message is, up to there in the chunk. */
  lengthTo(to: number): number {
    return this.#decodedLength + this.#waitingLength + to - this.#start;
  }

  /** The chunk has no whole item any more; the one that has begun will have so many bytes, if that is known. */
  keep(itemLength: number): void {
    const decoded = this.chunk.subarray(this.#start, this.at);
    if (decoded.length > 0) this.#decoded.push(decoded);
    this.#decodedLength += decoded.length;
    const begun = this.chunk.subarray(this.at);
    if (begun.length > 0) {
      this.#waiting = Buffer.allocUnsafeSlow(Math.max(itemLength, begun.length));
      this.#waitingLength = begun.copy(this.#waiting);
    }
    this.#start = this.at = this.chunk.length;
  }

  /** The message is complete. */
  forget(): void {
    this.#start = this.at;
    this.#decoded = [];
    this.#decodedLength = 0;
  }

  /** All that came of the message, and what is behind it. */
  rest(): Buffer {
    const rest = Buffer.concat([...this.#decoded, this.#waitingBytes, this.chunk.subarray(this.#start)]);
    this.at = this.chunk.length;
    this.#waitingLength = 0;
    this.forget();
    return rest;
  }

  get #waitingBytes(): Buffer {
    return this.#waiting.subarray(0, this.#waitingLength);
  }
}
