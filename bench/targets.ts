import type { Outcome } from './rounds.ts';
import { ratioOf } from './statistics.ts';
import { short } from './table.ts';

/** What this library set out to reach. */
interface Target {
  readonly measure: string;
  readonly contender?: string;
  /** The other side of the ratio, where it is not the baseline of the workload. */
  readonly to?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const OURS = 'rxjs-net';

const targets: readonly Target[] = [
  { measure: 'send64', atLeast: 16 },
  { measure: 'send64', to: 'net corked', atLeast: 1.8 },
  { measure: 'send64x8', atLeast: 7 },
  { measure: 'send64x1', to: 'net noDelay', atLeast: 2.5 },
  { measure: 'send256', atLeast: 9 },
  { measure: 'echo1', atLeast: 4 },
  { measure: 'echo16', atLeast: 10 },
  { measure: 'request1', atLeast: 10 },
  { measure: 'request1', contender: 'rxjs-net binary', atLeast: 10 },
  { measure: 'request16', atLeast: 18 },
  { measure: 'request16', contender: 'rxjs-net binary', atLeast: 18 },
  { measure: 'pingpong-p50', atMost: 1.05 },
  { measure: 'pingpong-p99', atMost: 1.15 },
  { measure: 'bulk', atLeast: 1 },
  { measure: 'churn', atLeast: 0.95 },
  { measure: 'observed-echo', contender: 'rxjs-net watched', atLeast: 0.97 },
  { measure: 'observed-echo', contender: 'rxjs-net instrumented', atLeast: 0.97 },
  { measure: 'idle-open', atMost: 1.15 },
  { measure: 'idle-used', atMost: 1.3 },
  { measure: 'slow', contender: 'rxjs-net for await', atMost: 1.1 },
  { measure: 'slow', contender: 'rxjs-net boundedMergeMap', atMost: 1.1 },
  { measure: 'decode-frames', atLeast: 2.5 },
  { measure: 'decode-lines', atLeast: 2 },
  // Linear: sixteen times the frame, the same time per byte.
  {
    measure: 'decode-large',
    contender: 'rxjs-net, 1-byte chunks',
    to: 'rxjs-net, 1-byte chunks of 1 MiB',
    atMost: 1.25,
  },
];

/** A line per target that these outcomes can tell of. */
export function verdicts(outcomes: readonly Outcome[]): string[] {
  return targets.flatMap((target) => {
    const outcome = outcomes.find(({ workload }) =>
      workload.measures.some(({ name }) => name === target.measure),
    );
    return outcome === undefined ? [] : [verdict(target, outcome)];
  });
}

function verdict(target: Target, { workload, samples }: Outcome): string {
  const { measure, contender = OURS, to = workload.baseline, atLeast, atMost } = target;
  const { median, q1, q3 } = ratioOf(measure, samples.get(contender) ?? [], samples.get(to) ?? []);
  const met = atLeast === undefined ? median <= (atMost ?? Infinity) : median >= atLeast;
  const wanted = atLeast === undefined ? `≤ ${atMost ?? Infinity}` : `≥ ${atLeast}`;
  const measured = `measured ${short(median)} × (${short(q1)}–${short(q3)})`;
  return `${met ? 'met   ' : 'MISSED'}  ${measure}: ${contender} ${wanted} × ${to}, ${measured}`;
}
