import type { ConformanceContext } from './conformance-context.ts';
import type { Ability } from './transport-under-test.ts';

/** One behaviour that every transport has. */
export interface ConformanceCase {
  /** A sentence about the behaviour. */
  readonly name: string;
  /** The rule of docs/design.md that it comes from. */
  readonly rule: number;
  /** What a transport has to be able to do, beyond what all can, for the case to make sense. */
  readonly needs?: Ability;
  readonly run: (context: ConformanceContext) => Promise<void>;
}
