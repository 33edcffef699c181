import {
  concat,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  retry,
  Subject,
  switchMap,
  takeUntil,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { backoff, framed, lines, type Connection } from '../src/index.ts';
import type { SimulatedHost, SimulatedNetwork } from '../src/testing/index.ts';
import { ANSWER_TIMEOUT, redial, type FleetSettings } from './settings.ts';
import type { Tally } from './tally.ts';

const noAnswer = new Error(`no answer within ${ANSWER_TIMEOUT} ms`);
const serverLeft = new Error('the server has left');

/** Asks once in a period, and asks again over the next connection what was not answered over the last. */
export function client(
  host: SimulatedHost,
  endpoint: string,
  { random, scheduler }: SimulatedNetwork,
  tally: Tally,
  { period, jitter }: FleetSettings,
): Observable<never> {
  const transport = host.transport();
  const requests = new Subject<void>();
  let askedAt: number | undefined;

  const asking = timer(Math.floor(period * random()), period, scheduler).pipe(
    tap(() => {
      // Who still waits asks nothing new.
      if (askedAt !== undefined) return;
      askedAt = scheduler.now();
      tally.requested();
      requests.next();
    }),
  );

  const converse = (connection: Connection<string, string>): Observable<unknown> => {
    let attempt: number | undefined;
    const unanswered = defer(() => (askedAt === undefined ? EMPTY : of(undefined)));
    const [asked, answered] = [new Subject<void>(), new Subject<void>()];
    const questions = merge(unanswered, requests).pipe(
      map(() => {
        attempt = tally.sent();
        asked.next();
        return String(attempt);
      }),
    );
    const answers = connection.received.pipe(
      tap((answer) => {
        if (Number(answer) !== attempt || askedAt === undefined) {
          tally.unexpected();
          return;
        }
        tally.answered(attempt, scheduler.now() - askedAt);
        [attempt, askedAt] = [undefined, undefined];
        answered.next();
      }),
    );
    const impatience = asked.pipe(
      switchMap(() => timer(ANSWER_TIMEOUT, scheduler).pipe(takeUntil(answered))),
      mergeMap(() => throwError(() => noAnswer)),
    );
    return merge(impatience, answers, connection.send(questions)).pipe(
      finalize(() => {
        if (attempt !== undefined) tally.lost(attempt);
      }),
    );
  };

  const dialled = defer(() => {
    tally.dialled(scheduler.now());
    return transport.connect(endpoint);
  });
  const conversations = concat(
    dialled.pipe(framed(lines()), mergeMap(converse)),
    throwError(() => serverLeft),
  ).pipe(retry({ delay: backoff({ ...redial, jitter, random, scheduler }) }));

  return merge(asking, conversations).pipe(ignoreElements());
}
