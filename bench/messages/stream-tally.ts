import type { Total } from './tally.ts';

// Sparse, so that it costs nothing beside the copying of the bytes, and of a size that divides no chunk's size.
const STRIDE = 4093;

/** Like a Tally for a stream of bytes, however it was cut: counts them, and sums every 4093rd. */
export class StreamTally {
  #count = 0;
  #checksum = 0;
  #next = 0;

  get total(): Total {
    return { count: this.#count, checksum: this.#checksum };
  }

  get count(): number {
    return this.#count;
  }

  take(chunk: Uint8Array): void {
    const end = this.#count + chunk.length;
    while (this.#next < end) {
      this.#checksum += chunk[this.#next - this.#count] ?? 0;
      this.#next += STRIDE;
    }
    this.#count = end;
  }
}
