import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Nagle } from './contenders/nagle.ts';
import { machine, type Machine } from './machine.ts';
import type { Outcome } from './rounds.ts';
import { ratioOf, spreadOf } from './statistics.ts';
import type { Entrant, Measure, Sample } from './workloads/workload.ts';

/** What one contender has done, over all rounds. */
export interface Figures {
  /** In the unit of the workload. */
  readonly median: number;
  /** To the baseline, as the median of the rounds' ratios, and its quartiles. */
  readonly ratio: number;
  readonly q1: number;
  readonly q3: number;
  /** Microseconds of CPU per message, of both processes. */
  readonly cpu?: number;
  /** Peak of memory in MiB, of both processes. */
  readonly rss?: number;
  readonly nagle: Nagle;
}

export interface WorkloadResult {
  readonly title: string;
  readonly unit: string;
  readonly better: Measure['better'];
  readonly baseline: string;
  readonly placement: string;
  readonly rounds: number;
  readonly contenders: Readonly<Record<string, Figures>>;
  readonly absent?: Readonly<Record<string, string>>;
}

/** The whole of results.json. */
export interface Results extends Machine {
  readonly date: string;
  readonly workloads: Readonly<Record<string, WorkloadResult>>;
}

export function resultsOf(outcomes: readonly Outcome[]): Results {
  return {
    date: new Date().toISOString(),
    ...machine,
    workloads: Object.fromEntries(outcomes.flatMap(tablesOf)),
  };
}

/** One result per measure of a workload. */
export function tablesOf({ workload, samples }: Outcome): [string, WorkloadResult][] {
  const { baseline, placement, entrants, absent } = workload;
  const base = samples.get(baseline) ?? [];
  return workload.measures.map((measure) => {
    const { name, title, unit, better } = measure;
    const contenders = Object.fromEntries(
      entrants.map((entrant) => [
        entrant.name,
        figuresOf(measure, entrant, samples.get(entrant.name) ?? [], base),
      ]),
    );
    const rounds = base.length;
    const result = { title, unit, better, baseline, placement, rounds, contenders };
    return [name, absent === undefined ? result : { ...result, absent }];
  });
}

function figuresOf(
  { name }: Measure,
  { nagle }: Entrant,
  samples: readonly Sample[],
  base: readonly Sample[],
): Figures {
  const { median: ratio, q1, q3 } = ratioOf(name, samples, base);
  const cpu = samples.flatMap((sample) => sample.cpu ?? []);
  const rss = samples.flatMap((sample) => sample.rss ?? []);
  return {
    median: rounded(spreadOf(samples.map(({ values }) => values[name] ?? NaN)).median),
    ratio: rounded(ratio),
    q1: rounded(q1),
    q3: rounded(q3),
    ...(cpu.length === 0 ? {} : { cpu: rounded(spreadOf(cpu).median) }),
    ...(rss.length === 0 ? {} : { rss: rounded(Math.max(...rss)) }),
    nagle,
  };
}

/** More digits than these are noise, and would make every diff of the file longer. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

export function writeResults(file: string, results: Results): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
}

export function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}
