/** What came of one step. */
export interface Outcome {
  readonly passed: number;
  /** What was not as it should be, with the reasons. */
  readonly failures: readonly string[];
  /** What fails as it is known to. */
  readonly known: number;
  /** What the reader should know although nothing has failed. */
  readonly notes: readonly string[];
}
