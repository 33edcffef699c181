import {
  asyncScheduler,
  ignoreElements,
  merge,
  mergeMap,
  NEVER,
  of,
  switchMap,
  takeUntil,
  tap,
  timer,
  type MonoTypeOperatorFunction,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import type { CloseSummary, Traffic } from '../connection/connection.ts';
import { millisecondsOption } from '../errors/option-range.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';

/**
 * The part of a connection that {@link idleTimeout} needs.
 *
 * @public
 */
export interface Watchable {
  /** See {@link Connection.remote}. */
  readonly remote: Endpoint;
  /** See {@link Connection.traffic}. */
  readonly traffic: Observable<Traffic>;
  /** See {@link Connection.closed}. */
  readonly closed: Observable<CloseSummary>;
  /** See {@link Connection.abort}. */
  abort(reason?: unknown): void;
}

// Longer than common intervals of application keep-alives, and what NATs forget a connection after (RFC 5382: 2 hours and 4
// minutes at the least, and 5 minutes in practice).
const IDLE_TIMEOUT = 300_000;

/**
 * Aborts each connection on which no byte has moved, either way, for a time.
 *
 * ```text
 * connections       --c---------------
 * traffic of c        t--t-tt----------
 * idleTimeout(5)    --c---------------     at the end of ttxxxxx, c is aborted with ERR_IDLE_TIMEOUT
 * ```
 *
 * Errors: `ERR_IDLE_TIMEOUT` on `received`, on `connect` and in the summary of `closed`; `ERR_INVALID_OPTION` here.
 *
 * @param milliseconds - silence that is too long. Default 300000; `Infinity` for no limit
 * @param scheduler - the clock. Default `asyncScheduler`
 * @example
 * ```ts
 * import { idleTimeout, listen, serve } from 'rxjs-net';
 *
 * listen('127.0.0.1:7000')
 *   .pipe(
 *     idleTimeout(60_000),
 *     serve((connection) => connection.received),
 *   )
 *   .subscribe();
 * ```
 * @public
 */
export function idleTimeout<C extends Watchable>(
  milliseconds?: number,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<C> {
  const limit = millisecondsOption('idleTimeout', milliseconds, IDLE_TIMEOUT);
  return mergeMap((connection) => merge(of(connection), watch(connection, limit, scheduler)));
}

function watch(connection: Watchable, limit: number, scheduler: SchedulerLike): Observable<never> {
  // Not `debounceTime`, which looks at the clock of the scheduler: that is the wall clock, and somebody may set it.
  const silence =
    limit === Infinity ? NEVER : connection.traffic.pipe(switchMap(() => timer(limit, scheduler)));
  return silence.pipe(
    tap(() => {
      const detail = `no traffic for ${limit} ms`;
      connection.abort(
        new TransportError('ERR_IDLE_TIMEOUT', { phase: 'read', endpoint: connection.remote, detail }),
      );
    }),
    ignoreElements(),
    takeUntil(connection.closed),
  );
}
