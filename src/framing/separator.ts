/**
 * What stands between messages, and how much of it has come: the automaton of Knuth, Morris and Pratt for where a chunk ends
 * within it, and Node's search, which is many times as fast, for all the rest.
 *
 * ```text
 * separator aab      a    a    a    b
 * matched         0 ─▶ 1 ─▶ 2 ─▶ 2 ─▶ 3, which is all of it
 * ```
 *
 * @see {@link https://doi.org/10.1137/0206024 | Knuth, Morris and Pratt, Fast Pattern Matching in Strings}
 */
export class Separator {
  readonly bytes: Buffer;
  readonly length: number;
  // A single byte is found faster as a number.
  readonly #needle: Buffer | number;
  // For each number of bytes that match, how many still do after a byte that does not go on with them.
  readonly #fallback: number[] = [0];

  /** The bytes stay with it; there has to be one at least. */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.length = bytes.length;
    this.#needle = bytes.length === 1 ? (bytes[0] ?? 0) : bytes;
    for (let at = 1; at < bytes.length; at += 1) {
      this.#fallback.push(this.advance(this.#fallback[at - 1] ?? 0, bytes[at]));
    }
  }

  /** Where it begins, wholly within the bytes from there on, or -1. */
  indexIn(bytes: Buffer, from: number): number {
    return bytes.indexOf(this.#needle, from);
  }

  /** How much of it has come after one more byte, when so much had come before. */
  advance(matched: number, byte: number | undefined): number {
    let still = matched;
    while (still > 0 && this.bytes[still] !== byte) still = this.#fallback[still - 1] ?? 0;
    return this.bytes[still] === byte ? still + 1 : 0;
  }

  /** How much of it stands at the end of bytes that do not contain it. */
  matchedAfter(matched: number, bytes: Buffer, from: number): number {
    // What came earlier is too far away.
    const nearby = bytes.length - this.length + 1;
    let still = nearby >= from ? 0 : matched;
    for (let at = Math.max(from, nearby); at < bytes.length; at += 1) still = this.advance(still, bytes[at]);
    return still;
  }

  /** Whether it would be found before the end of these bytes with it behind them. */
  isFoundEarlyAfter(bytes: Buffer): boolean {
    if (this.indexIn(bytes, 0) >= 0) return true;
    // Its end would have to be its beginning as well, as that of 'aba' is.
    if (this.#fallback[this.length - 1] === 0) return false;
    let matched = this.matchedAfter(0, bytes, 0);
    for (let at = 0; at < this.length - 1; at += 1) {
      matched = this.advance(matched, this.bytes[at]);
      if (matched === this.length) return true;
    }
    return false;
  }
}
