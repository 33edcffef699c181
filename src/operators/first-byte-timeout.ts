import {
  asyncScheduler,
  filter,
  ignoreElements,
  merge,
  mergeMap,
  of,
  takeUntil,
  tap,
  type MonoTypeOperatorFunction,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { deadline } from '../connection/deadline.ts';
import { millisecondsOption } from '../errors/option-range.ts';
import { TransportError } from '../errors/transport-error.ts';
import type { Watchable } from './idle-timeout.ts';

const FIRST_BYTE_TIMEOUT = 30_000;

/**
 * Aborts each connection of which nothing has been received in time: who connects and says nothing.
 *
 * ```text
 * connections            --c---------------
 * received of c            ------------x
 * firstByteTimeout(5)    --c---------------     after 5, c is aborted with ERR_FIRST_BYTE_TIMEOUT
 * ```
 *
 * Only what is read can be seen: a handler that waits with reading has to begin in time. Who begins and then trickles is the
 * business of `frameTimeout` and {@link idleTimeout}.
 *
 * Errors: `ERR_FIRST_BYTE_TIMEOUT` on `received`, on `connect` and in the summary of `closed`; `ERR_INVALID_OPTION` here.
 *
 * @param milliseconds - from the time when the connection is emitted. Default 30000; `Infinity` for no limit
 * @param scheduler - the clock. Default `asyncScheduler`
 * @example
 * ```ts
 * import { firstByteTimeout, idleTimeout, listen, serve } from 'rxjs-net';
 *
 * listen('127.0.0.1:7000')
 *   .pipe(
 *     firstByteTimeout(5_000),
 *     idleTimeout(60_000),
 *     serve((connection) => connection.received),
 *   )
 *   .subscribe();
 * ```
 * @public
 */
export function firstByteTimeout<C extends Watchable>(
  milliseconds?: number,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<C> {
  const limit = millisecondsOption('firstByteTimeout', milliseconds, FIRST_BYTE_TIMEOUT);
  return mergeMap((connection) => merge(of(connection), watch(connection, limit, scheduler)));
}

function watch(connection: Watchable, limit: number, scheduler: SchedulerLike): Observable<never> {
  const heard = connection.traffic.pipe(filter(({ bytesRead }) => bytesRead > 0));
  return deadline(limit, scheduler).pipe(
    tap(() => {
      const detail = `nothing was received within ${limit} ms`;
      connection.abort(
        new TransportError('ERR_FIRST_BYTE_TIMEOUT', { phase: 'read', endpoint: connection.remote, detail }),
      );
    }),
    ignoreElements(),
    takeUntil(merge(heard, connection.closed)),
  );
}
