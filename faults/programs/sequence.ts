/** Checks that the messages of one direction of one connection come once each, and in order. */
export class Sequence {
  /** Those that came in their turn. */
  delivered = 0;
  /** Those that came twice, or after a later one. */
  repeated = 0;
  /** Those that came before an earlier one, or without it. */
  early = 0;

  accept(sequence: number): void {
    if (sequence === this.delivered) this.delivered += 1;
    else if (sequence < this.delivered) this.repeated += 1;
    else this.early += 1;
  }

  get faults(): number {
    return this.repeated + this.early;
  }
}
