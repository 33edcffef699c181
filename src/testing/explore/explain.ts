import { ExplorationError } from './exploration-error.ts';
import type { ExploreSettings } from './explore-options.ts';
import type { Fault } from './fault.ts';
import { writeReport } from './report.ts';
import type { Run, Violation } from './run.ts';
import { runOnce } from './run-once.ts';
import type { Scenario } from './scenario.ts';
import { shrinkFaults } from './shrink-faults.ts';

type FailedRun = Run & { readonly violation: Violation };

export function hasFailed(run: Run): run is FailedRun {
  return run.violation !== undefined;
}

const MOST_RUNS = 500;

/** Looks for the simplest faults with which a seed fails in the same way, and tells of it. */
export async function explain(
  scenario: Scenario,
  { run: settings, isAlone }: ExploreSettings,
  seed: number,
  found: FailedRun,
): Promise<ExplorationError> {
  const runWith = (faults: readonly Fault[]): Promise<Run> => runOnce(scenario, settings, seed, () => faults);
  const again = await runWith(found.faults);
  const isSteady = isLike(again, found) && again.trace.toString() === found.trace.toString();
  const [failed, runs] = isSteady ? await simplest(found, runWith) : [found, 0];
  const failure = { seed, faults: failed.faults, violation: failed.violation, trace: failed.trace };
  const [left, all] = [failed.faults.length, found.faults.length];
  const history = isSteady
    ? `${left} of ${all} faults ${left === 1 ? 'is' : 'are'} enough (${runs} runs to find out):`
    : 'This run is not the same each time: something in it goes by real time, or rolls dice of its own. All of its faults:';
  return new ExplorationError(writeReport({ ...failure, isWhole: isAlone, history }), failure);
}

async function simplest(
  found: FailedRun,
  runWith: (faults: readonly Fault[]) => Promise<Run>,
): Promise<[FailedRun, number]> {
  const shrinking = shrinkFaults(found.faults);
  let failed = found;
  let runs = 0;
  for (let asked = shrinking.next(); asked.done !== true && runs < MOST_RUNS; runs += 1) {
    const run = await runWith(asked.value);
    const fails = hasFailed(run) && isLike(run, found);
    if (fails) failed = run;
    asked = shrinking.next(fails);
  }
  return [failed, runs];
}

/** A simpler list of faults may show another bug, which is another story. */
function isLike({ violation }: Run, found: FailedRun): boolean {
  return (
    violation?.invariant === found.violation.invariant &&
    kindOf(violation.error) === kindOf(found.violation.error)
  );
}

/** What tells one error from another: the numbers in it differ with the faults, as those of a port or of what is missing. */
function kindOf(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error ? error.code : String(error).replace(/\d+/gu, '#');
}
