import type { Fault } from './fault.ts';
import { simplerFaults } from './simpler-faults.ts';

/**
 * Asks about lists of faults that are simpler than one that fails; each answer says whether that list fails as well.
 *
 * ```text
 *   [a b c d e f]   fails
 *   []              does not           fewer: none at all, halves, quarters … (delta debugging)
 *   [d e f]         fails
 *   [d]             does not
 *   [e]             fails
 *   [e']            fails              simpler: shorter, at a rounder time, of a milder kind
 * ```
 *
 * Whoever drives it remembers the last list that failed.
 *
 * @see Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input (2002), for the halves
 */
export function* shrinkFaults(faults: readonly Fault[]): Generator<readonly Fault[], void, boolean> {
  if (faults.length > 0 && (yield [])) return;
  yield* simpler(yield* fewer(faults));
}

function* fewer(faults: readonly Fault[]): Generator<readonly Fault[], readonly Fault[], boolean> {
  let left = faults;
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    let from = 0;
    while (from < left.length) {
      const candidate = left.toSpliced(from, size);
      if (candidate.length > 0 && (yield candidate)) left = candidate;
      else from += size;
    }
  }
  return left;
}

function* simpler(faults: readonly Fault[]): Generator<readonly Fault[], void, boolean> {
  const left = [...faults];
  for (let index = 0; index < left.length; index += 1) {
    for (let isSimplest = false; !isSimplest;) {
      isSimplest = true;
      for (const fault of simplerFaults(left[index])) {
        if (!(yield left.with(index, fault))) continue;
        left[index] = fault;
        isSimplest = false;
        break;
      }
    }
  }
}
