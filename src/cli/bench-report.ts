import type { BenchTally } from './bench-tally.ts';
import { formatBytes, formatTime } from './format-quantity.ts';
import { styles } from './style.ts';

/** What was measured. */
export interface BenchSubject {
  readonly endpoint: string;
  readonly connections: number;
  readonly inFlight: number;
  /** Bytes of a message, without its framing. */
  readonly size: number;
  readonly framing: 'lines' | 'length';
}

const PERCENTILES = [50, 90, 99, 99.9] as const;
const NANOSECONDS = 1e6;

/** How it goes, in one line. */
export function benchProgress(tally: BenchTally, now: number, duration: number): string {
  const { answered, wrong, errors, latency } = tally;
  const failed = [...errors.values()].reduce((sum, { count }) => sum + count, 0);
  const times = [50, 99].map((percent) => `p${percent} ${formatLatency(latency.percentile(percent))}`);
  return [
    `${formatTime(now)} of ${formatTime(duration)}`,
    `${formatCount(answered)} answered, ${formatCount(perSecond(answered, tally))}/s`,
    answered === 0 ? 'no latency yet' : times.join(', '),
    `${formatCount(wrong)} wrong, ${formatCount(failed)} errors`,
  ].join('; ');
}

/** What came of it, for a person. */
export function benchTable(subject: BenchSubject, tally: BenchTally, hasColors: boolean): readonly string[] {
  const { endpoint, connections, inFlight, size, framing } = subject;
  const { answered, wrong, unanswered, latency, errors, elapsed } = tally;
  const { bold, red } = styles(hasColors);
  const bytes = answered * size;
  const badly = (count: number): string => (count > 0 ? red(formatCount(count)) : '0');
  const columns = [
    ...PERCENTILES.map((percent) => [`p${percent}`, latency.percentile(percent)] as const),
    ['max', latency.max] as const,
  ];
  const times = answered === 0 ? [] : columns;
  const cells = (texts: readonly string[]): string => texts.map((text) => text.padStart(10)).join('');
  return [
    bold(
      `${endpoint}: ${of(connections, 'connection')}, ${inFlight} in flight on each, ${size} B as ${framing}`,
    ),
    '',
    `answered    ${formatCount(answered)} in ${formatTime(elapsed)}, ${formatCount(perSecond(answered, tally))}/s`,
    `bytes       ${formatBytes(bytes)} each way, ${formatBytes(perSecond(bytes, tally))}/s`,
    `wrong       ${badly(wrong)}`,
    `unanswered  ${badly(unanswered)}`,
    `errors      ${errors.size === 0 ? '0' : ''}${[...errors].map(([code, { count }]) => red(`${count} ${code}`)).join(', ')}`,
    ...(times.length === 0
      ? []
      : [
          '',
          `       ${cells(times.map(([name]) => name))}`,
          `latency${cells(times.map(([, time]) => formatLatency(time)))}`,
        ]),
  ];
}

/** What came of it, for a program. Times are in milliseconds. */
export function benchJson(subject: BenchSubject, tally: BenchTally): string {
  const { answered, wrong, unanswered, latency, errors, elapsed } = tally;
  const milliseconds = (nanoseconds: number): number | null =>
    answered === 0 ? null : nanoseconds / NANOSECONDS;
  return JSON.stringify({
    ...subject,
    seconds: elapsed / 1000,
    answered,
    answeredPerSecond: perSecond(answered, tally),
    bytesPerSecond: perSecond(answered * subject.size, tally),
    wrong,
    unanswered,
    errors: Object.fromEntries([...errors].map(([code, { count }]) => [code, count])),
    latency: {
      ...Object.fromEntries(
        PERCENTILES.map((percent) => [`p${percent}`, milliseconds(latency.percentile(percent))]),
      ),
      max: milliseconds(latency.max),
      mean: milliseconds(latency.mean),
    },
  });
}

function perSecond(total: number, { elapsed }: BenchTally): number {
  return elapsed === 0 ? 0 : total / (elapsed / 1000);
}

function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

function of(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** Nanoseconds as a person reads latencies: `340 µs`, `1.23 ms`, `2.10 s`. */
function formatLatency(nanoseconds: number): string {
  const milliseconds = nanoseconds / NANOSECONDS;
  if (milliseconds < 0.9995) return `${(milliseconds * 1000).toFixed(0)} µs`;
  if (milliseconds < 999.5) return `${milliseconds.toPrecision(3)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
