import {
  AsyncSubject,
  asyncScheduler,
  ignoreElements,
  merge,
  mergeMap,
  of,
  race,
  switchMap,
  take,
  takeUntil,
  tap,
  type MonoTypeOperatorFunction,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import { deadline } from '../connection/deadline.ts';
import { withDraining } from '../connection/with-draining.ts';
import { fractionOption, millisecondsOption } from '../errors/option-range.ts';

/**
 * How {@link maxLifetime} ends a life.
 *
 * @public
 */
export interface MaxLifetimeOptions {
  /**
   * The share of the time that is left to chance, from 0 to 1: connections that came together do not leave together.
   * Default 0.1, so that a life has 90 to 100 % of the time.
   */
  readonly jitter?: number | undefined;
  /** Milliseconds from `draining` to a graceful close. Default 10000. */
  readonly gracePeriod?: number | undefined;
  /** A number from 0 up to 1, for the jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** The clock. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

const LIFETIME = 3_600_000;
const JITTER = 0.1;
const GRACE_PERIOD = 10_000;

/**
 * Drains each connection when it has lived for a time, so that clients spread over the servers that there are now, and meet
 * the certificates and rules of today.
 *
 * ```text
 * connections        --c------------------
 * maxLifetime(8)     --c------------------
 * c.draining           --------(d|)             with serve, what is in flight is answered, and c closes
 *                              ----- close      it is closed gracefully after gracePeriod, if it has not by itself
 * ```
 *
 * Errors: `ERR_INVALID_OPTION` here.
 *
 * @param milliseconds - the longest life. Default 3600000; `Infinity` for no limit
 * @example
 * ```ts
 * import { listen, maxLifetime, serve } from 'rxjs-net';
 *
 * listen('127.0.0.1:7000')
 *   .pipe(
 *     maxLifetime(3_600_000, { jitter: 0.1, gracePeriod: 10_000 }),
 *     serve((connection) => connection.received),
 *   )
 *   .subscribe();
 * ```
 * @public
 */
export function maxLifetime<In, Out>(
  milliseconds?: number,
  options: MaxLifetimeOptions = {},
): MonoTypeOperatorFunction<Connection<In, Out>> {
  const longest = millisecondsOption('maxLifetime', milliseconds, LIFETIME);
  const jitter = fractionOption('jitter', options.jitter, JITTER);
  const gracePeriod = millisecondsOption('gracePeriod', options.gracePeriod, GRACE_PERIOD);
  const { random = Math.random, scheduler = asyncScheduler } = options;
  if (longest === Infinity) return (connections) => connections;
  return mergeMap((connection) => {
    const life = Math.round(longest * (1 - jitter * random()));
    const over = new AsyncSubject<void>();
    const ending = deadline(life, scheduler).pipe(
      tap(() => {
        over.next();
        over.complete();
      }),
      switchMap(() => deadline(gracePeriod, scheduler)),
      tap(() => void connection.close()),
    );
    // As the `draining` of every connection: it completes with it, and what has begun to drain says so afterwards too.
    const toldOrClosed = race(over, connection.closed.pipe(ignoreElements()));
    const view = withDraining(connection, merge(connection.draining, toldOrClosed).pipe(take(1)));
    return merge(of(view), quietly(ending, connection));
  });
}

function quietly(ending: Observable<unknown>, { closed }: Connection<unknown, never>): Observable<never> {
  return ending.pipe(ignoreElements(), takeUntil(closed));
}
