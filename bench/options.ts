import { parseArgs } from 'node:util';
import type { Pace } from './workloads/workload.ts';

export interface Options {
  /** Names of workloads or of groups; everything when empty. */
  readonly only: readonly string[];
  readonly pace: Pace;
  /** Where the results go; the place of the published ones when absent and everything is measured. */
  readonly out: string | undefined;
  readonly chartsOnly: boolean;
  readonly help: boolean;
}

export const HELP = `npm run bench -- [options]

  --only a,b      only these workloads (or groups of them)
  --rounds N      rounds per contender, 5 by default; some workloads make fewer
  --smoke         everything once and as short as possible: it proves that the benchmark works, and measures nothing
  --out FILE      where results.json goes, with charts/ beside it. The published ones, bench/results.json, are
                  written only by a run of everything
  --charts-only   draws the charts of the results in --out, or of the published ones and the README's table, anew
  --help          this text`;

const FULL: Pace = { rounds: 5, warmUp: 1000, rewarm: 100, measured: 400, smoke: false };
const SMOKE: Pace = { rounds: 1, warmUp: 20, rewarm: 1, measured: 50, smoke: true };

/** Reads the command line; throws an Error with a sentence for the user. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      out: { type: 'string' },
      'charts-only': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const pace = values.smoke ? SMOKE : FULL;
  return {
    only: values.only.flatMap((names) => names.split(',')).filter((name) => name !== ''),
    pace: values.rounds === undefined ? pace : { ...pace, rounds: roundsOf(values.rounds) },
    out: values.out,
    chartsOnly: values['charts-only'],
    help: values.help,
  };
}

function roundsOf(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds takes a whole number from 1 on, not '${text}'`);
  return rounds;
}
