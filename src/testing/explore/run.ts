import type { Trace } from '../simulation/trace.ts';
import type { Fault } from './fault.ts';

/**
 * What did not hold.
 *
 * @public
 */
export interface Violation {
  /** The sentence of the invariant, or that no program and no subscriber errs. */
  readonly invariant: string;
  /** Milliseconds of virtual time. */
  readonly at: number;
  /** What was thrown; undefined where the invariant returned `false`. */
  readonly error: unknown;
}

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
