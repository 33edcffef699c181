import {
  defer,
  EMPTY,
  filter,
  ignoreElements,
  map,
  merge,
  range,
  repeat,
  retry,
  share,
  switchMap,
  take,
  takeUntil,
  tap,
  type Observable,
} from 'rxjs';
import { backoff, connect, framed, type BackoffOptions, type Connection } from 'rxjs-net';
import { clientCodec, type Answer, type Ask, type FromServer } from './protocol.ts';
import type { Tally } from './tally.ts';

// How many requests one client has under way, and the most milliseconds that one takes.
const WINDOW = 2;
const WORK = 100;
// A restart is over in a second or so; a connection that lived half a second is no failure that repeats itself.
const waits: BackoffOptions = { initial: 50, max: 1_000, resetAfter: 500 };

/**
 * Asks, always `WINDOW` things at a time, until `stop`. A server that goes away is left in peace and order; the client dials
 * again, and goes on with another one. One that is lost takes its requests with it, and they are counted.
 */
export function client(endpoint: string, tally: Tally, stop: Observable<unknown>): Observable<never> {
  return defer(() => {
    let stopped = false;
    let lastAnswer = performance.now();
    const onAnswer = ({ id }: Answer): void => {
      tally.settle(id);
      tally.pause(performance.now() - lastAnswer);
      lastAnswer = performance.now();
    };
    const [again, afterFailure] = [backoff(waits), backoff(waits)];
    const conversation = connect(endpoint).pipe(
      framed(clientCodec),
      switchMap((connection) => converse(connection, tally, onAnswer, stop)),
      repeat({ delay: (count) => (stopped ? EMPTY : again(count)) }),
      tap({
        error: (error: unknown) => {
          tally.lose(
            error instanceof Error ? error.message.replace(/\d+\.\d+\.\d+\.\d+:\d+/gu, '') : 'no error',
          );
        },
      }),
      retry({ delay: (error, count) => (stopped ? EMPTY : afterFailure(error, count)) }),
    );
    const noteStop = stop.pipe(
      take(1),
      tap(() => {
        stopped = true;
      }),
      ignoreElements(),
    );
    return merge(noteStop, conversation);
  });
}

/** One connection, from its hello to the last answer. */
function converse(
  connection: Connection<FromServer, Ask>,
  tally: Tally,
  onAnswer: (answer: Answer) => void,
  stop: Observable<unknown>,
): Observable<never> {
  tally.dials += 1;
  const incoming = connection.received.pipe(share());
  const hello = incoming.pipe(filter(({ kind }) => kind === 'hello'));
  const goAway = incoming.pipe(
    filter(({ kind }) => kind === 'goaway'),
    tap(() => {
      tally.goAways += 1;
    }),
  );
  const answers = incoming.pipe(
    filter((message) => message.kind === 'answer'),
    tap(onAnswer),
    share(),
  );
  // Every answer makes room for the next request. A goaway ends that, and FIN says so.
  const questions = hello.pipe(
    switchMap(() => merge(range(0, WINDOW), answers)),
    map((): Ask => ({ kind: 'ask', id: tally.ask(), work: Math.round(Math.random() * WORK) })),
    takeUntil(merge(goAway, stop)),
  );
  const fin = tap<never>({
    complete: () => {
      connection.end();
    },
  });
  return merge(connection.send(questions).pipe(fin), answers.pipe(ignoreElements()));
}
