/** The client of the demo; main.ts starts it. It asks over several connections until the server says GOAWAY. */
import {
  catchError,
  concat,
  defaultIfEmpty,
  defer,
  EMPTY,
  endWith,
  filter,
  finalize,
  forkJoin,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  range,
  share,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  tap,
  type Observable,
} from 'rxjs';
import { connect, type Connection, type Traffic } from 'rxjs-net';
import { orphaned, report, type ClientFinished, type ClientProgress } from './messages.ts';
import { ANSWER, encode, GOAWAY, records, REQUEST } from './protocol.ts';
import { Tally } from './tally.ts';

const [endpoint = '127.0.0.1:7000', connectionCount = '8'] = process.argv.slice(2);
const WINDOW = 32;
const REPORT_EVERY = 250;

const tally = new Tally();
const connections: Connection[] = [];
const errors: string[] = [];
let open = 0;
let inFlightAtGoAway: number | undefined;

// Ctrl-C reaches every process of the terminal; it is the server's GOAWAY that ends us. If main.ts is gone, so are we.
process.on('SIGINT', () => undefined);

const conversations = range(1, Number(connectionCount)).pipe(
  mergeMap(() => connect(endpoint).pipe(switchMap(converse), catchError(note))),
  takeUntil(orphaned),
);
const progress = interval(REPORT_EVERY).pipe(switchMap(traffic), map(progressWith));

concat(
  merge(progress, conversations.pipe(endWith(undefined))).pipe(takeWhile((message) => message !== undefined)),
  traffic().pipe(map(finishedWith)),
).subscribe({
  next: report,
  error: (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
});

/** Keeps a window of requests unanswered: every answer makes room for the next request. GOAWAY ends that, by FIN. */
function converse(connection: Connection): Observable<never> {
  connections.push(connection);
  open += 1;
  const incoming = connection.received.pipe(records(), share());
  const goAway = incoming.pipe(
    filter(({ kind }) => kind === GOAWAY),
    tap(() => (inFlightAtGoAway ??= tally.inFlight)),
  );
  const answers = incoming.pipe(
    filter(({ kind }) => kind === ANSWER),
    tap((answer) => {
      tally.settle(answer);
    }),
    share(),
  );
  const requests = merge(range(0, WINDOW), answers).pipe(
    map(() => encode({ kind: REQUEST, ...tally.ask() })),
    takeUntil(goAway),
  );
  const fin = tap<never>({
    complete: () => {
      connection.end();
    },
  });
  return merge(connection.send(requests).pipe(fin), answers.pipe(ignoreElements())).pipe(
    finalize(() => {
      open -= 1;
    }),
  );
}

function note(error: unknown): Observable<never> {
  errors.push(error instanceof Error ? error.message : String(error));
  return EMPTY;
}

/** What all connections, open and closed, have carried until now. */
function traffic(): Observable<Traffic> {
  return defer(() => forkJoin(connections.map((connection) => connection.traffic.pipe(take(1))))).pipe(
    defaultIfEmpty<Traffic[], Traffic[]>([]),
    map((all) => ({
      bytesRead: all.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
      bytesWritten: all.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    })),
  );
}

function progressWith({ bytesRead, bytesWritten }: Traffic): ClientProgress {
  return {
    kind: 'progress',
    at: performance.now(),
    answered: tally.answered,
    inFlight: tally.inFlight,
    connections: open,
    bytes: bytesRead + bytesWritten,
  };
}

function finishedWith({ bytesRead, bytesWritten }: Traffic): ClientFinished {
  const { sent, answered, duplicated, wrong, inFlight: lost } = tally;
  const [p50 = 0, p99 = 0] = tally.percentiles(0.5, 0.99);
  return {
    kind: 'finished',
    sent,
    answered,
    lost,
    duplicated,
    wrong,
    inFlightAtGoAway: inFlightAtGoAway ?? 0,
    bytesRead,
    bytesWritten,
    p50,
    p99,
    errors,
  };
}
