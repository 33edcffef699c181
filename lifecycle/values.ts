import { createCipheriv } from 'node:crypto';

// The same bytes in every run, and no two stretches of them alike: the key stream of AES-CTR under a key of zeros.
const TABLE = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(2 << 20));
const TEXT = TABLE.toString('base64');
const LARGEST = 1 << 20;
// Fewer bytes are copied by `write` at once (rule 9), and belong to the caller again.
const COPIED_BELOW = 4096;
// A prime, so that neighbouring values begin far from each other in the table.
const STRIDE = 104_729;

/** A value that is handed to a connection, and the bytes that the peer has to get for it. */
export interface Value {
  readonly given: Uint8Array | string;
  readonly bytes: Buffer;
}

/** How a value looks: so many bytes, as bytes or as text. */
export interface ValueShape {
  readonly size: number;
  readonly text: boolean;
}

export function makeValue(ticket: number, { size, text }: ValueShape): Value {
  const at = (ticket * STRIDE) % LARGEST;
  if (text) {
    // A character of two bytes, so that bytes and characters are not the same number.
    const given = size < 2 ? TEXT.slice(at, at + size) : `é${TEXT.slice(at, at + size - 2)}`;
    return { given, bytes: Buffer.from(given) };
  }
  const bytes = TABLE.subarray(at, at + size);
  return { given: size < COPIED_BELOW ? Uint8Array.from(bytes) : bytes, bytes };
}

/** What a caller may do after `write` with a small value: use its memory for something else. */
export function scribble({ given }: Value): void {
  if (typeof given !== 'string' && given.length < COPIED_BELOW) given.fill(0);
}

/** All that one side has handed to its connection, and how far the other side has come in it. */
export class ExpectedStream {
  /** Bytes handed to the connection so far. */
  total = 0;
  /** Bytes that the peer has got. */
  delivered = 0;
  readonly #values: Buffer[] = [];
  // Bytes up to the end of each value.
  readonly #ends: number[] = [];
  #index = 0;
  #offset = 0;

  get count(): number {
    return this.#values.length;
  }

  add(bytes: Buffer): void {
    this.#values.push(bytes);
    this.total += bytes.length;
    this.#ends.push(this.total);
  }

  /** The last value was not accepted, while others after it may be. */
  loseLast(): void {
    this.total -= this.#values.pop()?.length ?? 0;
    this.#ends.pop();
  }

  /** Bytes of the first so many values. */
  bytesOf(count: number): number {
    return count === 0 ? 0 : (this.#ends[count - 1] ?? Number.NaN);
  }

  /** Takes what the peer has got; tells whether these are the very next bytes. */
  take(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length;) {
      const value = this.#values[this.#index];
      if (value === undefined) return false;
      const length = Math.min(value.length - this.#offset, chunk.length - at);
      if (value.compare(chunk, at, at + length, this.#offset, this.#offset + length) !== 0) return false;
      at += length;
      this.#offset += length;
      this.delivered += length;
      if (this.#offset === value.length) {
        this.#index += 1;
        this.#offset = 0;
      }
    }
    return true;
  }
}
