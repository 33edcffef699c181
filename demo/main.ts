/**
 * The main job on real sockets: a server and a client in two processes, many requests, and a server that is stopped in
 * the middle of them. Nothing must be lost.
 *
 *   npm start                          about seven seconds; ends by itself
 *   npm start -- --seconds 60          for longer
 *   Ctrl-C                             stops the server now instead of later; twice: at once, whatever is lost
 *   kill -9 the server meanwhile       what a loss looks like: the reasons, and exit code 1
 */
import { parseArgs } from 'node:util';
import {
  distinctUntilChanged,
  filter,
  fromEvent,
  ignoreElements,
  map,
  merge,
  pairwise,
  race,
  ReplaySubject,
  skip,
  take,
  tap,
  timer,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import { start, told } from './child.ts';
import type { ClientMessage, ClientProgress, ServerMessage } from './messages.ts';
import { complaints, rateLine, table } from './summary.ts';

const CONNECTIONS = 8;
// Seconds that starting the processes and draining may take, over the time of the run.
const PATIENCE = 25;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } });
const seconds = Number(values.seconds);
if (!(seconds >= 0)) throw new RangeError(`--seconds ${values.seconds}: a number is wanted`);

// npm and tsx pass on a Ctrl-C that the terminal has sent to us as well: so soon after the first, it is the same one.
const SAME_SIGNAL = 500;
const interrupts = new ReplaySubject<number>(Infinity);
merge(fromEvent(process, 'SIGINT'), fromEvent(process, 'SIGTERM'))
  .pipe(
    map(() => performance.now()),
    distinctUntilChanged((before, now) => now - before < SAME_SIGNAL),
  )
  .subscribe(interrupts);

const impatience = merge(
  timer((seconds + PATIENCE) * 1000).pipe(map(() => `not done after ${seconds + PATIENCE} seconds`)),
  interrupts.pipe(
    skip(1),
    map(() => 'interrupted twice'),
  ),
);

const failures = await firstOf(run().catch(reasonOf), impatience.pipe(map(reasonOf)));
console.log(failures.length === 0 ? 'Nothing was lost.' : ['Failed:', ...failures].join('\n  '));
// Not only the exit code is set, because a child that hangs would keep us; start() ends the children at our exit.
process.exit(failures.length === 0 ? 0 : 1);

/** The whole job; returns what went wrong. */
async function run(): Promise<readonly string[]> {
  const server = start<ServerMessage>('server.ts');
  const { endpoint } = await told(server, 'listening');
  const client = start<ClientMessage>('client.ts', endpoint, String(CONNECTIONS));
  await told(client, 'progress');
  console.log(`${CONNECTIONS} connections to ${endpoint}; the server is process ${server.pid ?? 'unknown'}`);

  await firstOf<unknown>(
    timer(seconds * 1000),
    interrupts,
    server.ended,
    client.ended,
    showRates(client.messages),
  );
  console.log(
    `${process.stdout.isTTY ? '\n' : ''}${server.stop() ? 'SIGTERM to the server' : 'The server is gone'}`,
  );

  // Both end by themselves, because nothing is left open in them.
  const endings = await Promise.all([firstOf(server.ended), firstOf(client.ended)]);
  const closed = await told(server, 'closed').catch(nothing);
  const finished = await told(client, 'finished').catch(nothing);
  console.log(table(finished, closed));
  return [...endings.filter(({ clean }) => !clean).map(({ how }) => how), ...complaints(finished, closed)];
}

/** On a terminal one line that changes, otherwise a line each second: the client reports four times as often. */
function showRates(messages: Observable<ClientMessage>): Observable<never> {
  const live = process.stdout.isTTY;
  return messages.pipe(
    filter((message): message is ClientProgress => message.kind === 'progress'),
    filter((_, index) => live || index % 4 === 0),
    pairwise(),
    map(([before, now]) => rateLine(before, now)),
    tap((line) => process.stdout.write(live ? `\r${line}\x1b[K` : `${line}\n`)),
    ignoreElements(),
  );
}

/** The first value of several sources. */
function firstOf<T>(...sources: ObservableInput<T>[]): Promise<T> {
  return new Promise((resolve, reject) => {
    race(sources).pipe(take(1)).subscribe({ next: resolve, error: reject });
  });
}

function reasonOf(failure: unknown): string[] {
  return [failure instanceof Error ? failure.message : String(failure)];
}

function nothing(): undefined {
  return undefined;
}
