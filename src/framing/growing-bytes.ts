import { frameTooLarge, type Way } from './framing-errors.ts';
import { NOTHING, view } from './view.ts';

// The memory to begin with.
const LEAST = { read: 64, write: 256 };
// So few bytes cost less in a loop than in a call of Node.
const SHORT = 8;

/**
 * Bytes that come in pieces. The memory doubles when it is full, so that many small pieces cost no more than a few large
 * ones; where it is known how many will come, `expect` makes it exact.
 *
 * ```text
 * add 'ab'   add 'c'   take()
 * ab         abc       → 'abc', and empty again
 * ```
 */
export class GrowingBytes {
  length = 0;
  /** What was added, and after `length` anything. */
  memory: Buffer = NOTHING;
  readonly #way: Way;

  constructor(way: Way) {
    this.#way = way;
  }

  /** So many bytes will be there in all. */
  expect(total: number): void {
    if (total <= this.memory.length) return;
    const memory = allocate(total, this.#way);
    this.memory.copy(memory, 0, 0, this.length);
    this.memory = memory;
  }

  /** Makes room for some more. */
  reserve(more: number): void {
    const total = this.length + more;
    if (total > this.memory.length) this.expect(Math.max(total, 2 * this.memory.length, LEAST[this.#way]));
  }

  add(bytes: Uint8Array, from: number, to: number): void {
    this.reserve(to - from);
    const { memory, length } = this;
    if (to - from <= SHORT) {
      for (let at = from; at < to; at += 1) memory[length + at - from] = bytes[at] ?? 0;
    } else {
      memory.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), length);
    }
    this.length = length + to - from;
  }

  /** What was added, or a part of it, and is forgotten here. */
  take(from = 0, to: number = this.length): Buffer {
    const { memory } = this;
    this.memory = NOTHING;
    this.length = 0;
    return view(memory.buffer, memory.byteOffset + from, to - from);
  }
}

/**
 * What was read gets memory of its own: in Node's pool, a small message that somebody keeps would keep 8 KiB, or
 * 64 KiB since Node 24. What is written is gone soon, and the pool is faster.
 */
function allocate(length: number, way: Way): Buffer {
  try {
    return way === 'read' ? Buffer.allocUnsafeSlow(length) : Buffer.allocUnsafe(length);
  } catch (error) {
    throw frameTooLarge(way, length, error);
  }
}
