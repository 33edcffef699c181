/**
 * Asks a server many things at once, and keeps asking when the server goes away and comes back.
 *
 *   npx tsx examples/request-server.ts                          in one terminal
 *   npx tsx examples/request-client.ts 127.0.0.1:7000 100       in another: asks 100 times, 8 at a time
 *   kill the server in between, by Ctrl-C or kill -9            the client dials until it is back
 *   start the server again                                      what has no answer yet is asked again; none is missing
 *
 * The server may have done the work already when its answer was lost, so a request must be one that can be repeated.
 */
import {
  defer,
  finalize,
  first,
  from,
  merge,
  mergeMap,
  range,
  retry,
  Subject,
  switchMap,
  tap,
  type Observable,
} from 'rxjs';
import { backoff, connect, framed, jsonLines, type Connection } from 'rxjs-net';
import { fail, messageOf } from './fail.ts';
import type { Answer, Request } from './request-server.ts';

const [endpoint = '127.0.0.1:7000', count = '100'] = process.argv.slice(2);
const AT_A_TIME = 8;

const requests = new Subject<Request>();
const answers = new Subject<Answer>();
const unanswered = new Map<number, Request>();

/** One question and its answer, over whichever connection is open when it comes. Unsubscribing takes it back. */
function ask(request: Request): Observable<Answer> {
  return defer(() => {
    unanswered.set(request.id, request);
    requests.next(request);
    return answers.pipe(first(({ id }) => id === request.id));
  }).pipe(
    finalize(() => {
      unanswered.delete(request.id);
    }),
  );
}

/** One connection: first what the one before left unanswered, then what is asked from now on. */
function converse(connection: Connection<Answer, Request>): Observable<Answer> {
  const questions = merge(from([...unanswered.values()]), requests);
  return merge(connection.send(questions), connection.received);
}

const conversation = connect(endpoint)
  .pipe(
    framed(jsonLines<Answer, Request>()),
    switchMap(converse),
    tap({
      error: (error: unknown) => {
        console.error(`${messageOf(error)}; ${unanswered.size} unanswered`);
      },
    }),
    retry({ delay: backoff({ initial: 100, max: 2_000 }) }),
  )
  .subscribe({
    next: (answer) => {
      answers.next(answer);
    },
    error: fail,
  });

range(1, Number(count))
  .pipe(mergeMap((id) => ask({ id, text: `request ${id}`, work: Math.random() * 100 }), AT_A_TIME))
  .subscribe({
    next: ({ id, text }) => {
      console.log(`${id}: ${text}`);
    },
    complete: () => {
      console.log('all answered');
      conversation.unsubscribe();
    },
    error: fail,
  });
