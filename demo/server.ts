/** The server of the demo; main.ts starts it. It answers requests until SIGTERM, and then what is still on its way. */
import {
  concat,
  delay,
  endWith,
  filter,
  fromEvent,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  switchMap,
  takeWhile,
  tap,
  type Observable,
} from 'rxjs';
import { bind, serve, type Connection } from 'rxjs-net';
import { orphaned, report } from './messages.ts';
import { ANSWER, answerTo, encode, GOAWAY, records, REQUEST, type DemoRecord } from './protocol.ts';

// Every so many requests one takes a while, so that answers overtake each other and a drain has to wait for some.
const SLOW_EVERY = 500;
const SLOW_TIME = 50;

let answered = 0;
let stoppedAt = 0;

// Ctrl-C reaches every process of the terminal, but main.ts decides when to stop. If main.ts is gone, so are we.
process.on('SIGINT', () => undefined);
const stop = merge(fromEvent(process, 'SIGTERM'), orphaned).pipe(
  tap(() => {
    stoppedAt = performance.now();
  }),
);

bind('127.0.0.1:0', { until: stop })
  .pipe(
    switchMap((server) => {
      report({ kind: 'listening', endpoint: server.endpoint });
      const served = server.connections.pipe(serve(converse, { completeOnDrain: false }), ignoreElements());
      return concat(served, server.closed);
    }),
  )
  .subscribe({
    next: (summary) => {
      report({ kind: 'closed', answered, drainTime: performance.now() - stoppedAt, summary });
    },
    error: (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  });

/** Answers until the client's FIN. A drain asks the client for it, instead of cutting off what is under way. */
function converse(connection: Connection): Observable<Buffer> {
  const answers = connection.received.pipe(
    records(),
    filter(({ kind }) => kind === REQUEST),
    mergeMap(answer),
    tap(() => {
      answered += 1;
    }),
    endWith(undefined),
  );
  const goAway = connection.draining.pipe(map(() => ({ kind: GOAWAY, id: 0, value: 0 })));
  return merge(answers, goAway).pipe(
    takeWhile((record) => record !== undefined),
    map(encode),
  );
}

function answer({ id, value }: DemoRecord): Observable<DemoRecord> {
  const ready = of({ kind: ANSWER, id, value: answerTo(value) });
  return id % SLOW_EVERY === 0 ? ready.pipe(delay(SLOW_TIME)) : ready;
}
