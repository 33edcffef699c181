import { createHash } from 'node:crypto';
import {
  defer,
  delay,
  firstValueFrom,
  map,
  reduce,
  ReplaySubject,
  skip,
  switchMap,
  tap,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import {
  bind,
  serve,
  type BindOptions,
  type Bytes,
  type Connection,
  type Endpoint,
  type ServeOutcome,
  type Server,
  type ShutdownSummary,
} from '../src/index.ts';
import { atTestEnd } from './at-test-end.ts';
import { within } from './within.ts';

// Milliseconds: long enough that an answer is no part of the turn of the event loop in which the FIN is seen.
const WORK = 50;

type Outcome = ServeOutcome;

/** A server made with rxjs-net, for foreign clients; stopped with the test. */
export interface OurServer {
  readonly endpoint: Endpoint;
  /** What became of the connections so far, in the order in which they ended. */
  readonly outcomes: readonly Outcome[];
  /** Waits for the outcome of the connection that is, or will be, the nth to end; the first is 0. */
  outcome(index?: number, milliseconds?: number): Promise<Outcome>;
  /** Stops accepting, closes every connection gracefully and waits for that. */
  stop(): Promise<ShutdownSummary>;
}

export async function startOurServer(
  endpoint: string,
  handler: (connection: Connection) => ObservableInput<Bytes>,
  options: BindOptions = {},
): Promise<OurServer> {
  const bound = new ReplaySubject<Server>(1);
  const ended = new ReplaySubject<Outcome>();
  const outcomes: Outcome[] = [];
  ended.subscribe({
    next: (outcome) => outcomes.push(outcome),
    // A server that could not be bound, or failed later, fails whoever waits for it or for an outcome.
    error: () => undefined,
  });
  const serving = bind(endpoint, options)
    .pipe(
      tap({
        next: (server) => {
          bound.next(server);
        },
        error: (error: unknown) => {
          bound.error(error);
        },
      }),
      switchMap((server) => server.connections.pipe(serve(handler))),
    )
    .subscribe(ended);
  const server = await within(`a server at ${endpoint}`, bound);
  const stop = (): Promise<ShutdownSummary> => {
    serving.unsubscribe();
    return within(`the shutdown of ${server.endpoint}`, firstValueFrom(server.closed));
  };
  atTestEnd(stop);
  return {
    endpoint: server.endpoint,
    outcomes,
    outcome: (index = 0, milliseconds) =>
      within(`outcome ${index} of ${server.endpoint}`, ended.pipe(skip(index)), milliseconds),
    stop,
  };
}

/** A handler: the SHA-256 of the request, in hex, which only begins to be worked out when the peer's FIN is there. */
export function digestAfterFin({ received }: Pick<Connection, 'received'>): Observable<string> {
  return digestOf(received).pipe(delay(WORK));
}

/** The SHA-256 of all that came, in hex. */
function digestOf(chunks: Observable<Buffer>): Observable<string> {
  return defer(() =>
    chunks.pipe(
      reduce((hash, chunk) => hash.update(chunk), createHash('sha256')),
      map((hash) => hash.digest('hex')),
    ),
  );
}
