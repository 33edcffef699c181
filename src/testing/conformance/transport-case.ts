import type { Ability, TransportTraits, TransportUnderTest } from './transport-under-test.ts';

/**
 * How a case is run.
 *
 * @public
 */
export interface ConformanceOptions {
  /** What the transport can do. Default: see each trait. */
  readonly traits?: TransportTraits | undefined;
  /**
   * Milliseconds of the scheduler that a case waits for one thing before it fails and says what it waited for. Default 4000:
   * less than the 5 s after which test runners lose theirs.
   */
  readonly patience?: number | undefined;
}

/**
 * One behaviour that every transport has, as data: for runners that {@link describeTransport} does not know.
 *
 * @public
 */
export interface TransportCase {
  /** A sentence about the behaviour. */
  readonly name: string;
  /** What it is about: the files of the suite are named so. */
  readonly subject: string;
  /** The number of the rule in docs/design.md that it comes from. */
  readonly rule: number;
  /** Why it does not apply to a transport of these traits; undefined if it does. */
  notApplicable(traits: TransportTraits): string | undefined;
  /**
   * Makes two transports, does what the case does, and cleans up, whatever came of it. Rejects if the behaviour is not there:
   * with an AssertionError, or an Error that says what was waited for.
   */
  run(
    makeTransport: () => TransportUnderTest | Promise<TransportUnderTest>,
    options?: ConformanceOptions,
  ): Promise<void>;
}

export const reasons: Readonly<Record<Ability, string>> = {
  reset: 'this transport has no reset',
  apart: 'this transport is both ends at once',
  unanswered: 'this transport cannot dial where nobody answers',
  admission: 'this transport lets everybody in',
};
