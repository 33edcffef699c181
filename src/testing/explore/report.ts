import { inspect } from 'node:util';
import type { Trace } from '../simulation/trace.ts';
import { describeFault, type Fault } from './fault.ts';
import { SEED_VARIABLE } from './explore-options.ts';
import { NO_SUBSCRIBER_ERRS, type Violation } from './run.ts';
import { traceExcerpt } from './trace-excerpt.ts';

/** A run that failed, and how it was found. */
export interface Failure {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly violation: Violation;
  readonly trace: Trace;
  readonly isWhole: boolean;
  /** What is to be known of how it was found, a sentence. */
  readonly history: string;
}

/** What a bug looks like to whoever has to mend it. */
export function writeReport({ seed, faults, violation, trace, isWhole, history }: Failure): string {
  const heading = isWhole ? 'The trace:' : 'From the trace:';
  return [
    `seed ${seed}: ${sentence(violation)}`,
    '',
    ...thrown(violation),
    ...alsoBroken(violation),
    history,
    '',
    ...faultTable(faults),
    '',
    heading,
    '',
    traceExcerpt(trace, faults, violation, isWhole),
    isWhole
      ? 'To run it again, with the same options:'
      : `To replay it, with the whole trace, run this test with ${SEED_VARIABLE}=${seed}; or, with the options of the exploration:`,
    '',
    ...replayCall(seed, faults).map(indent),
    '',
  ].join('\n');
}

function sentence({ at, invariant }: Violation): string {
  return `at ${at} ms it does not hold that ${invariant}`;
}

function thrown({ invariant, error }: Violation): readonly string[] {
  if (error === undefined) return [];
  const isLate = invariant === NO_SUBSCRIBER_ERRS;
  const late = isLate ? ['RxJS tells of it after the run; when it was thrown, nobody knows.', ''] : [];
  return [indent(describeError(error)), '', ...late];
}

function alsoBroken({ consequence }: Violation): readonly string[] {
  if (consequence === undefined) return [];
  return [`As well, and likely in consequence: ${sentence(consequence)}`, '', ...thrown(consequence)];
}

function faultTable(faults: readonly Fault[]): readonly string[] {
  if (faults.length === 0) return ['  No fault is needed for it.'];
  const row = (from: string, to: string, what: string): string =>
    `${from.padStart(12)}${to.padStart(12)}  ${what}`;
  return [
    row('from ms', 'to ms', 'fault'),
    ...faults.map((fault) => row(String(fault.at), String(fault.at + fault.lasts), describeFault(fault))),
  ];
}

function replayCall(seed: number, faults: readonly Fault[]): readonly string[] {
  const list = faults.map((fault) => `    ${inspect(fault, { breakLength: Infinity })},`);
  const given = list.length === 0 ? ['  faults: [],'] : ['  faults: [', ...list, '  ],'];
  return ['await replay(scenario, {', `  seed: ${seed},`, ...given, '});'];
}

function describeError(error: unknown): string {
  // Without its stack, which tells of the simulation more than of the program.
  return error instanceof Error ? String(error) : inspect(error);
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gmu, '  ');
}
