/**
 * Answers requests, one JSON object a line, in the order in which the answers are ready.
 *
 *   npx tsx examples/request-server.ts                          listens on 127.0.0.1:7000
 *   npx tsx examples/request-client.ts                          see there
 *   nc 127.0.0.1 7000                                           {"id":1,"text":"slow","work":2000}
 *                                                               {"id":2,"text":"fast","work":0}
 *   type what is no JSON                                        this connection is reset; no other one notices
 *   Ctrl-C while work is under way                              it is finished and answered before the server exits
 */
import { BehaviorSubject, defer, finalize, map, mergeMap, switchMap, timer, type Observable } from 'rxjs';
import { bind, holdWhile, serve, type Connection } from 'rxjs-net';
import { fail } from './fail.ts';
import { lines } from './lines.ts';
import { stopSignal } from './stop-signal.ts';

/** The same id in the answer tells which request it belongs to. `work` is how many milliseconds the answer takes. */
export interface Request {
  readonly id: number;
  readonly text: string;
  readonly work: number;
}

export interface Answer {
  readonly id: number;
  readonly text: string;
}

const [endpoint = '127.0.0.1:7000'] = process.argv.slice(2);
const ENOUGH = 100;

bind(endpoint, { until: stopSignal })
  .pipe(
    switchMap((server) => {
      console.log(`listening on ${server.endpoint}`);
      return server.connections.pipe(serve(converse));
    }),
  )
  .subscribe({
    next: ({ connection, error }) => {
      console.log(`${connection.remote} left${error === undefined ? '' : `: ${error.message}`}`);
    },
    error: fail,
  });

/** Answers one client. It is not read from while it has enough work under way, so nothing piles up here. */
function converse(connection: Connection): Observable<string> {
  const underWay = new BehaviorSubject(0);
  const answer = (request: Request): Observable<Answer> =>
    defer(() => {
      underWay.next(underWay.value + 1);
      return work(request);
    }).pipe(
      finalize(() => {
        underWay.next(underWay.value - 1);
      }),
    );
  return holdWhile(connection, underWay.pipe(map((count) => count >= ENOUGH))).pipe(
    lines(),
    map((line) => JSON.parse(line) as Request),
    mergeMap(answer),
    map((answered) => `${JSON.stringify(answered)}\n`),
  );
}

function work({ id, text, work: milliseconds }: Request): Observable<Answer> {
  return timer(milliseconds).pipe(map(() => ({ id, text: text.toUpperCase() })));
}
