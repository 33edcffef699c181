import { isPromiseLike } from '../../connection/pull-source.ts';
import { invalidOption } from '../../errors/invalid-option.ts';
import type { Violation } from './run.ts';
import type { Checks, Invariants } from './scenario.ts';

/** What a scenario has returned, if it is what it has to be. */
export function requireInvariants(returned: Invariants | null | undefined): Invariants {
  if (typeof returned === 'object' && returned !== null) {
    // A misspelt one would never be looked at.
    const unknown = Object.keys(returned).find((key) => key !== 'always' && key !== 'eventually');
    if (unknown === undefined) return returned;
    throw invalidOption(`the scenario returned ${unknown}; what has to hold is called always or eventually`);
  }
  throw invalidOption(
    `the scenario returned ${String(returned satisfies null | undefined)}; it takes an object with what has to hold: { always, eventually }`,
  );
}

/** The first of these that does not hold. @param onLook - called before each is looked at */
export function brokenInvariant(checks: Checks, at: number, onLook: () => void): Violation | undefined {
  for (const [invariant, holds] of Object.entries(checks)) {
    onLook();
    let answer: unknown;
    try {
      answer = holds();
    } catch (error) {
      return { invariant, at, error };
    }
    if (answer === false) return { invariant, at, error: undefined };
    if (!isPromiseLike(answer)) continue;
    silence(answer);
    throw invalidOption(`'${invariant}' gives a Promise; a check has to say at once whether it holds`);
  }
  return undefined;
}

/** Nobody will look at what becomes of it. */
export function silence(promise: PromiseLike<unknown>): void {
  promise.then(undefined, () => undefined);
}
