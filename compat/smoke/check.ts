/** One thing that is promised, tried on whichever runtime runs it. */
export interface Check {
  readonly name: string;
  /** Rejects if it is not so. */
  run(): Promise<void>;
}
