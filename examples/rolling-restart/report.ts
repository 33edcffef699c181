import { readFileSync } from 'node:fs';
import type { Drain } from './backend-process.ts';
import type { Tally } from './tally.ts';

export interface Run {
  readonly tally: Tally;
  readonly drains: readonly (Drain | undefined)[];
  /** The files in which the backends have written the id of each request that they accepted. */
  readonly ledgers: readonly string[];
  readonly rounds: number;
  readonly clients: number;
  readonly seconds: number;
}

export function roundLine(
  round: number,
  rounds: number,
  drains: readonly (Drain | undefined)[],
  { asked, waiting, dials }: Tally,
): string {
  const times = drains.map((drain) =>
    drain === undefined ? 'no drain' : `${number(drain.milliseconds)} ms`,
  );
  const figures = `${number(asked)} asked, ${number(waiting)} under way or lost, ${number(dials)} dials`;
  return `round ${round} of ${rounds}: drained in ${times.join(' and ')}; ${figures}`;
}

/** The table, and whether every requirement was met. */
export function verdict(run: Run): { readonly lines: readonly string[]; readonly passed: boolean } {
  const { tally, drains, rounds, clients, seconds } = run;
  const accepted = run.ledgers.flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'));
  const unanswered = new Set(accepted.filter((id) => !tally.wasAnswered(Number(id)))).size;
  const ended = drains.filter((drain) => drain !== undefined);
  const times = ended.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const cutOff = ended.reduce((sum, { forced, lost }) => sum + forced + lost, 0);
  // Each has to be 0.
  const losses: readonly (readonly [string, number])[] = [
    ['accepted and not answered', unanswered],
    ['asked and not answered (lost)', tally.waiting],
    ['answered twice', tally.answeredTwice],
    ['accepted twice', accepted.length - new Set(accepted).size],
    ['connections that a drain cut off', cutOff],
    ['backends that ended without a drain', drains.length - ended.length],
  ];
  const figures: readonly (readonly [string, string])[] = [
    ['rounds', `${number(rounds)}, ${number(drains.length)} drains, ${number(seconds)} s`],
    ['clients', number(clients)],
    ['requests', `${number(tally.asked)}, ${number(tally.asked / seconds)} a second`],
    ['answered exactly once', number(tally.answered)],
    ['redials', `${number(tally.dials - clients)}, ${number(tally.goAways)} after a goaway`],
    ['longest pause of a client', `${number(tally.longestPause)} ms`],
    ['drain, shortest', `${number(times[0] ?? NaN)} ms`],
    ['drain, median', `${number(times[times.length >> 1] ?? NaN)} ms`],
    ['drain, longest', `${number(times.at(-1) ?? NaN)} ms`],
  ];
  // A run in which nothing happened proves nothing.
  const idle = tally.answered === 0 || tally.goAways === 0;
  const passed = !idle && losses.every(([, count]) => count === 0);
  const reasons = [...tally.losses].map(([why, count]) => [`  ${number(count)} times`, why] as const);
  const rows = [...figures, ...losses.map(([name, count]) => [name, number(count)] as const), ...reasons];
  return {
    passed,
    lines: [
      '',
      ...rows.map(([name, value]) => `${name.padEnd(38)} ${value}`),
      '',
      passed ? 'Nothing was lost.' : 'FAILED: see what should be 0, and is not.',
    ],
  };
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
