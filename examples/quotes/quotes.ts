import {
  EMPTY,
  endWith,
  map,
  merge,
  repeat,
  retry,
  switchMap,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { backoff, type BackoffOptions, type Connection } from 'rxjs-net';

/** What the client says. */
export interface Watch {
  readonly watch: string;
}

/** What the server says. */
export interface Quote {
  readonly symbol: string;
  readonly price: number;
}

/** The server's side of one connection: each second, the price of what the client watches. */
export function quotes(connection: Connection<Watch, Quote>, scheduler?: SchedulerLike): Observable<Quote> {
  return connection.received.pipe(
    // The client has ended, or the server shuts down: nothing is watched any more.
    endWith(undefined),
    switchMap((request) =>
      request === undefined
        ? EMPTY
        : timer(0, 1000, scheduler).pipe(map((n) => ({ symbol: request.watch, price: 100 + n }))),
    ),
  );
}

/** The client's side: says what it watches on each connection, and dials again after each. */
export function watch(
  dial: Observable<Connection<Quote, Watch>>,
  symbol: string,
  options: BackoffOptions = {},
): Observable<Quote> {
  return dial.pipe(
    switchMap((connection) => merge(connection.send([{ watch: symbol }]), connection.received)),
    retry({ delay: backoff(options) }),
    repeat({ delay: backoff(options) }),
  );
}
