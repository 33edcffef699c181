import { existsSync, readFileSync } from 'node:fs';
import { markdownTable } from '../scripts/reliability-section.ts';

/** What became of the mutants of a part. */
export interface PartScore {
  readonly part: string;
  /** A spec failed, or never ended. */
  readonly noticed: number;
  /** Specs reach it, and pass. */
  readonly survived: number;
  /** No spec reaches it. */
  readonly unreached: number;
  /** Of those that were tried. */
  readonly percent: number;
}

type Status = 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'Ignored' | 'CompileError' | 'RuntimeError';

/** The part of a mutation testing report that counts. @see https://github.com/stryker-mutator/mutation-testing-elements */
interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: Status }[] }>>;
}

/** The score of a part, if it was ever run. */
export function readScore(part: string, file: string): PartScore | undefined {
  if (!existsSync(file)) return undefined;
  const { files } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  // Next to what was mutated, it lists the files of the specs.
  const mutants = Object.values(files).flatMap(({ mutants: own }) => own);
  const count = (...statuses: readonly Status[]): number =>
    mutants.filter(({ status }) => statuses.includes(status)).length;
  return scored(part, {
    noticed: count('Killed', 'Timeout'),
    survived: count('Survived'),
    unreached: count('NoCoverage'),
  });
}

/** All parts as one. */
export function sumOf(scores: readonly PartScore[]): PartScore {
  const sum = (count: (score: PartScore) => number): number =>
    scores.reduce((total, one) => total + count(one), 0);
  return scored('all', {
    noticed: sum(({ noticed }) => noticed),
    survived: sum(({ survived }) => survived),
    unreached: sum(({ unreached }) => unreached),
  });
}

export function scoreTable(scores: readonly PartScore[]): string {
  return markdownTable(
    ['part of `src`', 'noticed', 'survived', 'reached by no spec', 'score'],
    [...scores, sumOf(scores)].map(({ part, noticed, survived, unreached, percent }) => [
      part,
      noticed,
      survived,
      unreached,
      `${percent.toFixed(1)} %`,
    ]),
  );
}

function scored(part: string, counts: Omit<PartScore, 'part' | 'percent'>): PartScore {
  const tried = counts.noticed + counts.survived + counts.unreached;
  return { part, ...counts, percent: tried === 0 ? 0 : (100 * counts.noticed) / tried };
}
