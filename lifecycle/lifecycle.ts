import fc, { type RunDetails } from 'fast-check';
import { Ledger } from './ledger.ts';
import type { Medium } from './medium.ts';
import { lifecycle } from './property.ts';

/** What came of the runs on one medium. */
export interface Result {
  readonly medium: string;
  readonly seed: number;
  readonly runs: number;
  readonly milliseconds: number;
  readonly ledger: Ledger;
  /** What failed, shrunk, and how to see it again. */
  readonly failure: string | undefined;
}

/** Which runs, and of those that failed, which one. */
export interface Selection {
  readonly runs: number;
  readonly seed?: number | undefined;
  readonly path?: string | undefined;
  readonly replayPath?: string | undefined;
  /** Whether what fails is made smaller. Default true. */
  readonly shrink?: boolean | undefined;
}

// To shrink a run that waits for what does not come takes a second a try.
const SHRINKING = 45_000;

/** Runs the model on one medium, and shrinks what fails. */
export async function checkLifecycle(medium: Medium, selection: Selection): Promise<Result> {
  const { runs, seed, path, replayPath, shrink = true } = selection;
  const ledger = new Ledger();
  let deadline = Infinity;
  const begun = performance.now();
  const stop = watchProcess(ledger);
  const property = lifecycle(
    {
      medium,
      ledger,
      goesOn: () => performance.now() < deadline,
      failed: () => (deadline = Math.min(deadline, performance.now() + SHRINKING)),
    },
    replayPath,
  );
  const details = await fc.check(property, {
    numRuns: runs,
    endOnFailure: !shrink,
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined ? {} : { path }),
  });
  stop();
  return {
    medium: medium.name,
    seed: details.seed,
    runs: details.numRuns,
    milliseconds: performance.now() - begun,
    ledger,
    failure: details.failed ? report(medium, details) : undefined,
  };
}

/** What is thrown where nobody can catch it breaks the run during which it is (rules 15 and 17). */
function watchProcess(ledger: Ledger): () => void {
  const onError = (error: unknown): void => {
    ledger.check('quiet', false, () => String(error));
  };
  process.on('uncaughtException', onError).on('unhandledRejection', onError);
  return () => {
    process.off('uncaughtException', onError).off('unhandledRejection', onError);
  };
}

function report<T>(
  { name }: Medium,
  { seed, counterexample, counterexamplePath, errorInstance }: RunDetails<T>,
): string {
  const shown = fc.stringify(counterexample);
  const replayPath = /replayPath="([^"]*)"/u.exec(shown)?.[1] ?? '';
  const broken = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const again = `--medium ${name} --seed ${seed} --path "${counterexamplePath ?? ''}" --replay "${replayPath}"`;
  return `${shown}\n${broken}\n  again: npm run test:lifecycle -- ${again}`;
}
