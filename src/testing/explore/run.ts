import type { Trace } from '../simulation/trace.ts';
import type { Fault } from './fault.ts';

/**
 * What did not hold.
 *
 * @public
 */
export interface Violation {
  /** The sentence of the invariant, or `no program errs`, or `no subscriber errs`. */
  readonly invariant: string;
  /** When it was noticed, in milliseconds of virtual time. RxJS tells only after a run that a subscriber threw. */
  readonly at: number;
  /** What was thrown; undefined where the invariant returned `false`. */
  readonly error: unknown;
  /** What did not hold as well, where a subscriber threw: likely its consequence. */
  readonly consequence?: Violation | undefined;
}

/** What the {@link Violation} is called when a program errs on its host, and nobody handles it. */
export const NO_PROGRAM_ERRS = 'no program errs';

/** What the {@link Violation} is called when a subscriber throws, or lets an error pass that it does not handle. */
export const NO_SUBSCRIBER_ERRS = 'no subscriber errs';

/** What a run has tried. */
export interface Tried {
  readonly faults: readonly Fault[];
  readonly connections: number;
  readonly checks: number;
  readonly virtualTime: number;
}

/** What became of a run. */
export interface Run extends Tried {
  readonly violation: Violation | undefined;
  readonly trace: Trace;
}
