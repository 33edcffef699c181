import type { Trace } from '../simulation/trace.ts';
import type { Fault } from './fault.ts';
import type { Violation } from './run.ts';

/**
 * A scenario does not keep what it promises. Its message is for people; its `cause` is what the invariant or a program threw.
 *
 * @example
 * ```ts
 * import { ExplorationError, replay } from 'rxjs-net/testing';
 *
 * try {
 *   await replay(() => ({ eventually: { 'there is an answer': () => false } }), { seed: 17, faults: [] });
 * } catch (error) {
 *   if (error instanceof ExplorationError) console.log(error.seed, error.violation.invariant); // 17 there is an answer
 * }
 * ```
 * @public
 */
export class ExplorationError extends Error {
  /** `ExplorationError`. */
  override readonly name = 'ExplorationError';
  /** The seed of the run that failed. */
  readonly seed: number;
  /** What has to befall the network for it; as few and as simple as was found. */
  readonly faults: readonly Fault[];
  /** What did not hold, and when. */
  readonly violation: Violation;
  /** All that happened, as far as the trace of the network keeps it. */
  readonly trace: Trace;

  /** Made by `explore` and `replay`. */
  constructor(
    message: string,
    failure: {
      readonly seed: number;
      readonly faults: readonly Fault[];
      readonly violation: Violation;
      readonly trace: Trace;
    },
  ) {
    super(message, { cause: failure.violation.error });
    this.seed = failure.seed;
    this.faults = failure.faults;
    this.violation = failure.violation;
    this.trace = failure.trace;
  }
}
