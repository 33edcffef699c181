const SLAB_SIZE = 64 * 1024;
// So many whole slabs are kept for the next writers; the rest is left to the garbage collector.
const SPARE_SLABS = 4;

/**
 * Memory that small values are copied to on their way to the kernel. One serves all connections, each of which claims a
 * piece at the top, and it begins anew when the kernel has every piece of it.
 *
 * ```text
 * used ─┐                                   used = 0 ─┐
 * [A A A|B B|A      ]   all three written    [                  ]
 * ```
 *
 * A piece that is not known to be in the kernel is never released: then the slab is filled to its end, left behind, and
 * collected when nobody refers to it any more. To write over a piece too early corrupts the stream.
 */
export class Slab {
  readonly bytes: Buffer;
  /** What `bytes` is a view of, all of it. */
  readonly memory: ArrayBufferLike;
  /** The first byte that nobody has claimed. */
  used = 0;
  #claims = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.memory = this.bytes.buffer;
  }

  claim(): void {
    this.#claims += 1;
  }

  release(): void {
    this.#claims -= 1;
    if (this.#claims > 0) return;
    this.used = 0;
    if (this !== shared && this.bytes.length === SLAB_SIZE && spare.length < SPARE_SLABS) spare.push(this);
  }
}

let shared: Slab | undefined;
const spare: Slab[] = [];

/** The slab of all connections, with room for so many bytes. */
export function sharedSlab(room: number): Slab {
  if (shared === undefined || SLAB_SIZE - shared.used < room) shared = spare.pop() ?? new Slab(SLAB_SIZE);
  return shared;
}

/**
 * A slab for one connection that waits for its peer, large enough for as much again as waits already: what waits for long
 * must not keep the shared one from beginning anew, nor cost 64 KiB for a few bytes.
 */
export function ownSlab(room: number, waiting: number): Slab {
  let size = 1024;
  while (size < room || (size < waiting && size < SLAB_SIZE)) size *= 2;
  return size === SLAB_SIZE ? (spare.pop() ?? new Slab(size)) : new Slab(size);
}
