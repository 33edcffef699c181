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
import { map, switchMap, timer, type Observable } from 'rxjs';
import { bind, boundedMergeMap, framed, jsonLines, serve } from 'rxjs-net';
import { fail } from './fail.ts';
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
// Of one client. With so much work under way it is not read from, so nothing piles up here.
const AT_A_TIME = 100;

bind(endpoint, { until: stopSignal })
  .pipe(
    switchMap((server) => {
      console.log(`listening on ${server.endpoint}`);
      return server.connections.pipe(
        framed(jsonLines<Request, Answer>()),
        serve((connection) => boundedMergeMap(connection, work, AT_A_TIME)),
      );
    }),
  )
  .subscribe({
    next: ({ connection, error }) => {
      console.log(`${connection.remote} left${error === undefined ? '' : `: ${error.message}`}`);
    },
    error: fail,
  });

function work({ id, text, work: milliseconds }: Request): Observable<Answer> {
  return timer(milliseconds).pipe(map(() => ({ id, text: text.toUpperCase() })));
}
