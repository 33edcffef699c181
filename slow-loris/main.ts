// 5,000 connections that trickle or say nothing, while one good client asks. `npm run test:slow-loris`
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { framedConnection, lines, openConnection } from '../src/index.ts';
import { machine, markdownTable, writeReliabilitySection } from '../scripts/reliability-section.ts';
import {
  ATTACKERS,
  attacks,
  FRAME_TIMEOUT,
  IDLE_TIMEOUT,
  kinds,
  MAX_FRAME_LENGTH,
  type Attack,
} from './settings.ts';

const { values } = parseArgs({ options: { publish: { type: 'boolean', default: false } } });

const REQUESTS_A_SECOND = 100;
const CALM = 3_000;
const ALL_GONE_WITHIN = 30_000;
// What a deadline may be missed by as the attackers see it: a connection that the kernel has made waits until it is accepted,
// and 5,000 of them come in less than 3 s, on a machine that may be busy elsewhere.
const SLACK = 3_000;
const MIB = 1024 * 1024;

interface ServerReport {
  readonly outcomes: Record<string, { readonly count: number; readonly longest: number }>;
  readonly open: number;
  readonly most: number;
  readonly rss: number;
  readonly peak: number;
}

interface AttackReport {
  readonly ended: readonly { readonly kind: Attack; readonly late: number }[];
  readonly failedToDial: number;
  readonly started: number;
}

async function main(): Promise<void> {
  const server = program('server.program.ts');
  const { endpoint } = await next<{ endpoint: string }>(server);
  const client = await goodClient(endpoint);
  await later(CALM);
  const calm = client.take();
  const before = await ask<ServerReport>(server);
  const attackers = program('attackers.program.ts', endpoint.split(':').at(-1) ?? '');
  const begun = performance.now();
  let attack: AttackReport = { ended: [], failedToDial: 0, started: 0 };
  while (attack.ended.length < ATTACKERS && performance.now() - begun < ALL_GONE_WITHIN) {
    await later(500);
    attack = await ask<AttackReport>(attackers);
  }
  const lasted = (performance.now() - begun) / 1000;
  const attacked = client.take();
  const after = await ask<ServerReport>(server);
  await client.close();
  for (const child of [attackers, server]) child.send('stop');

  const latest = Math.max(...attack.ended.map(({ late }) => late));
  const ok =
    attack.ended.length === ATTACKERS &&
    after.open === 1 &&
    latest <= SLACK &&
    attacked.failed === 0 &&
    calm.failed === 0;
  const text = [
    `${attack.started} connections from another process, ${after.most} open at the same time; all over after ` +
      `${lasted.toFixed(1)} s, ${ATTACKERS - attack.ended.length} left, ${attack.failedToDial} not dialled.`,
    attackTable(attack),
    markdownTable(
      ['what the server said of them', 'connections', 'longest life ms'],
      Object.entries(after.outcomes)
        .sort()
        .map(([code, { count, longest }]) => [code, count, longest]),
    ),
    markdownTable(
      ['the good client', 'requests', 'failed', 'p50 ms', 'p99 ms', 'worst ms'],
      [
        ['before the attack', ...latencies(calm)],
        ['during the attack', ...latencies(attacked)],
      ],
    ),
    `Memory of the server (RSS): ${mib(before.rss)} MiB before, ${mib(after.peak)} MiB at its peak, ${mib(after.rss)} MiB after; ` +
      `${((after.peak - before.rss) / after.most / 1024).toFixed(1)} KiB for each connection that was open.`,
  ].join('\n\n');
  process.stdout.write(`${text}\n\n${ok ? 'passed' : 'FAILED'}\n`);
  if (values.publish) publish(text);
  if (!ok) process.exitCode = 1;
}

function attackTable({ ended }: AttackReport): string {
  return markdownTable(
    ['attack', 'connections', 'deadline ms', 'median ms after it', 'last ms after it'],
    kinds.map((kind) => {
      const late = ended.filter((each) => each.kind === kind).map((each) => each.late);
      return [
        kind,
        late.length,
        attacks[kind].deadline,
        quantile(late, 0.5).toFixed(0),
        Math.max(...late).toFixed(0),
      ];
    }),
  );
}

interface Asked {
  readonly times: readonly number[];
  readonly failed: number;
}

interface GoodClient {
  /** What was asked since the last time. */
  take(): Asked;
  close(): Promise<unknown>;
}

/** Asks at a fixed rate, whether or not it was answered: who is not answered is not let off asking. */
async function goodClient(endpoint: string): Promise<GoodClient> {
  const connection = framedConnection(await openConnection(endpoint), lines());
  const begun: number[] = [];
  let times: number[] = [];
  let lost = 0;
  connection.received.subscribe({
    next: () => times.push(performance.now() - (begun.shift() ?? Number.NaN)),
    error: () => (lost += 1),
  });
  const asking = setInterval(() => {
    begun.push(performance.now());
    connection.write('a question');
  }, 1000 / REQUESTS_A_SECOND);
  return {
    take: () => {
      const taken = {
        times,
        failed: lost + begun.filter((since) => performance.now() - since > SLACK).length,
      };
      times = [];
      return taken;
    },
    close: () => {
      clearInterval(asking);
      return connection.close();
    },
  };
}

function latencies({ times, failed }: Asked): (string | number)[] {
  const shown = [quantile(times, 0.5), quantile(times, 0.99), Math.max(...times)];
  return [times.length, failed, ...shown.map((milliseconds) => milliseconds.toFixed(2))];
}

function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function publish(text: string): void {
  const about =
    `A \`listen\` server of lines with \`idleTimeout(${IDLE_TIMEOUT})\`, \`frameTimeout: ${FRAME_TIMEOUT}\` and ` +
    `\`maxFrameLength: ${MAX_FRAME_LENGTH}\` is dialled by ${ATTACKERS.toLocaleString('en')} clients that are slow in five ways, ` +
    `while a good one asks ${REQUESTS_A_SECOND} times a second. Server, attackers and the good client are processes of their ` +
    `own. \`npm run test:slow-loris\`, ${machine()}.`;
  writeReliabilitySection('slow-loris', `## Slow clients\n\n${about}\n\n${text}`);
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}

function program(file: string, ...args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, file), args, { execArgv: ['--import', 'tsx'] });
}

function ask<T>(child: ChildProcess): Promise<T> {
  const answer = next<T>(child);
  child.send('report');
  return answer;
}

function next<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) =>
    child.once('message', (message) => {
      resolve(message as T);
    }),
  );
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

void main();
